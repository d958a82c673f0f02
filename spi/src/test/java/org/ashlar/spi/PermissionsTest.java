package org.ashlar.spi;

import static org.ashlar.spi.Permissions.Permission.CONSISTENT_READ;
import static org.ashlar.spi.Permissions.Permission.RESIZE;
import static org.ashlar.spi.Permissions.Permission.WRITE;
import static org.ashlar.spi.Permissions.Permission.WRITE_UNCHANGED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.ashlar.spi.Permissions.Permission;
import org.junit.jupiter.api.Test;

/** What parents do and let others do: laws over all 256 combinations, and what each role needs. */
class PermissionsTest {
    private static final List<Permissions> ALL = all();

    private static List<Permissions> all() {
        List<Permissions> all = new ArrayList<>();
        for (int used = 0; used < 16; used++) {
            for (int shared = 0; shared < 16; shared++) {
                all.add(new Permissions(set(used), set(shared)));
            }
        }
        return List.copyOf(all);
    }

    private static Set<Permission> set(int bits) {
        List<Permission> each = List.of(CONSISTENT_READ, WRITE, WRITE_UNCHANGED, RESIZE);
        EnumSet<Permission> set = EnumSet.noneOf(Permission.class);
        for (int i = 0; i < each.size(); i++) {
            if ((bits >> i & 1) != 0) {
                set.add(each.get(i));
            }
        }
        return set;
    }

    @Test
    void and_isCommutative_idempotent_andHasNoneAsItsUnit() {
        for (Permissions one : ALL) {
            assertEquals(one, one.and(one));
            assertEquals(one, one.and(Permissions.NONE));
            for (Permissions other : ALL) {
                assertEquals(one.and(other), other.and(one));
            }
        }
    }

    @Test
    void and_isAssociative() {
        for (int i = 0; i < ALL.size(); i += 7) {
            for (int j = 0; j < ALL.size(); j += 5) {
                for (int k = 0; k < ALL.size(); k += 3) {
                    Permissions a = ALL.get(i);
                    Permissions b = ALL.get(j);
                    Permissions c = ALL.get(k);
                    assertEquals(a.and(b).and(c), a.and(b.and(c)));
                }
            }
        }
    }

    @Test
    void agreement_isMutual_andWithTheSumIsAgreementWithEach() {
        for (Permissions one : ALL) {
            assertTrue(one.agreesWith(Permissions.NONE));
            for (Permissions other : ALL) {
                assertEquals(one.agreesWith(other), other.agreesWith(one));
                Permissions third = ALL.get((one.hashCode() + 31 * other.hashCode() & 255));
                assertEquals(
                        one.agreesWith(other) && one.agreesWith(third),
                        one.agreesWith(other.and(third)));
            }
        }
    }

    @Test
    void agreement_isThatNobodyUsesWhatTheOtherDoesNotShare() {
        Permissions writer = Permissions.WRITE_EXCLUSIVE;
        assertTrue(writer.agreesWith(Permissions.READ));
        assertTrue(!writer.agreesWith(writer));
        assertTrue(Permissions.READ.agreesWith(Permissions.READ));
        assertTrue(
                !writer.agreesWith(
                        new Permissions(Set.of(RESIZE), EnumSet.allOf(Permission.class))));
    }

    @Test
    void filter_needsWhatItsParentsNeed() {
        for (Permissions parents : ALL) {
            assertEquals(parents, Permissions.defaultsFor(ChildRole.FILTERED, parents, true));
        }
    }

    @Test
    void overlay_neverWritesItsBackingNode_andReadsItIfItIsRead() {
        for (Permissions parents : ALL) {
            Permissions needed = Permissions.defaultsFor(ChildRole.BACKING, parents, true);
            assertEquals(
                    parents.uses(CONSISTENT_READ) ? Set.of(CONSISTENT_READ) : Set.of(),
                    needed.used());
            assertTrue(needed.shared().containsAll(Set.of(CONSISTENT_READ, WRITE_UNCHANGED)));
            assertEquals(
                    parents.shared().contains(WRITE),
                    needed.shared().containsAll(Set.of(WRITE, RESIZE)));
        }
    }

    @Test
    void format_mayChangeItsMetadata_alone_wheneverItIsWritable() {
        for (Permissions parents : ALL) {
            for (ChildRole role : new ChildRole[] {ChildRole.IMAGE, ChildRole.METADATA}) {
                Permissions writable = Permissions.defaultsFor(role, parents, true);
                assertTrue(writable.used().containsAll(Set.of(CONSISTENT_READ, WRITE, RESIZE)));
                Permissions readOnly = Permissions.defaultsFor(role, parents, false);
                assertEquals(parents.uses(WRITE), readOnly.uses(WRITE));
                assertTrue(!writable.shared().contains(WRITE));
                assertTrue(!readOnly.shared().contains(RESIZE));
            }
        }
    }

    @Test
    void dataFile_isWrittenAndGrows_onlyIfSomebodyWrites() {
        for (Permissions parents : ALL) {
            Permissions needed = Permissions.defaultsFor(ChildRole.DATA, parents, true);
            boolean writes = parents.uses(WRITE) || parents.uses(WRITE_UNCHANGED);
            assertEquals(writes || parents.uses(RESIZE), needed.uses(RESIZE));
            assertEquals(writes, needed.uses(WRITE));
            assertTrue(!needed.shared().contains(RESIZE));
        }
    }
}
