/** A driver of a third party, put into jars of several versions by the tests. */
@NullMarked
package org.ashlar.itest.driver;

import org.jspecify.annotations.NullMarked;
