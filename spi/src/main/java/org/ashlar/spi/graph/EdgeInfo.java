package org.ashlar.spi.graph;

import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Permissions;

/**
 * One edge of a snapshot, from a node or a source to a node. Immutable.
 *
 * @param child the edge itself: its identity outlives the snapshot
 * @param parent the node it belongs to, or for a root edge the source, by name
 * @param root whether the parent is a source
 * @param stays whether it is about the node it leads to, such as a job's, and not about what that
 *     shows: it stays there when the node's users are led elsewhere
 * @param name the edge's key among its parent's
 * @param role what the parent uses the child for
 * @param target the node it leads to, by name
 * @param permissions what the parent uses and shares
 */
public record EdgeInfo(
        Child child,
        String parent,
        boolean root,
        boolean stays,
        String name,
        ChildRole role,
        String target,
        Permissions permissions) {}
