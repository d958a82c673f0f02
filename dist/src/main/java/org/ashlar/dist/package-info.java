/** The daemon's framework: starts Felix, installs what ships, and hands its block layer on. */
@NullMarked
package org.ashlar.dist;

import org.jspecify.annotations.NullMarked;
