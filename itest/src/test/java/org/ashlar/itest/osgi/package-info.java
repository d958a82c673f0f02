/** Tests that run inside the framework, by Pax Exam. */
@NullMarked
package org.ashlar.itest.osgi;

import org.jspecify.annotations.NullMarked;
