/** Tests of the format as bytes. */
package org.ashlar.drivers.qcow2.internal.format;
