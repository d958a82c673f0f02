/** Tests of the qcow2 driver, by itself and against the reference tools. */
package org.ashlar.drivers.qcow2.internal;
