/** What the scenes run: the product as a process, the reference's tools, and lean clients. */
@NullMarked
package org.ashlar.itest.harness;

import org.jspecify.annotations.NullMarked;
