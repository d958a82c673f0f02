/** What this bundle contributes: the jobs and the commands that start them. */
@NullMarked
package org.ashlar.jobs.internal;

import org.jspecify.annotations.NullMarked;
