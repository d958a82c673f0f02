/** Tests of metadata in memory. */
package org.ashlar.drivers.qcow2.internal.table;
