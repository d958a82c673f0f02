package org.ashlar.core.internal.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.ashlar.core.internal.registry.Rank.Version;
import org.ashlar.core.internal.registry.Registry.Registration;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.Engaged;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.MonitorCommand;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RegistryTest {
    private final Registry registry = new Registry();
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

    @Test
    void node_whenNoneWasAdded_isEmpty() {
        assertTrue(registry.node("raw").isEmpty());
        assertEquals(List.of(), List.copyOf(registry.nodes()));
    }

    @Test
    void node_whenSeveralVersions_isTheHighest() {
        FakeDriver old = new FakeDriver("raw");
        FakeDriver young = new FakeDriver("raw");
        registry.add(Kind.NODE, young, rank(1, 10));
        registry.add(Kind.NODE, old, rank(1, 9));

        assertSame(young, registry.node("raw").orElseThrow());
        assertEquals(List.of(young), List.copyOf(registry.nodes()));
    }

    @Test
    void node_whenEqualVersions_isTheLatest() {
        FakeDriver first = new FakeDriver("raw");
        FakeDriver second = new FakeDriver("raw");
        registry.add(Kind.NODE, first, rank(1, 0));
        registry.add(Kind.NODE, second, rank(1, 0));

        assertSame(second, registry.node("raw").orElseThrow());
    }

    @Test
    void node_whenRankedHigher_beatsAHigherVersion() {
        FakeDriver chosen = new FakeDriver("raw");
        registry.add(Kind.NODE, chosen, new Rank(5, new Version(1, 0, 0, "")));
        registry.add(Kind.NODE, new FakeDriver("raw"), rank(9, 9));

        assertSame(chosen, registry.node("raw").orElseThrow());
    }

    @Test
    void close_whenTheServedVersionGoes_theOneBeforeIsServed() {
        FakeDriver old = new FakeDriver("raw");
        registry.add(Kind.NODE, old, rank(1, 0));
        Registration young = registry.add(Kind.NODE, new FakeDriver("raw"), rank(2, 0));

        young.close();
        young.close();

        assertSame(old, registry.node("raw").orElseThrow());
    }

    @Test
    void command_whileAnOlderVersionIsEngaged_isThatOne() {
        EngagedCommand old = new EngagedCommand("nbd-server-stop");
        EngagedCommand young = new EngagedCommand("nbd-server-stop");
        registry.add(Kind.COMMAND, old, rank(1, 0));
        registry.add(Kind.COMMAND, young, rank(2, 0));
        assertEquals(List.of(young), List.copyOf(registry.commands()));

        old.engaged = true;
        assertEquals(List.of(old), List.copyOf(registry.commands()));
        assertTrue(registry.isEngaged(EngagedCommand.class.getClassLoader()));

        old.engaged = false;
        assertEquals(List.of(young), List.copyOf(registry.commands()));
        assertFalse(registry.isEngaged(EngagedCommand.class.getClassLoader()));
    }

    /** A command that a test engages. Confined to the test's thread. */
    private static final class EngagedCommand implements MonitorCommand, Engaged {
        private final String name;
        private boolean engaged;

        private EngagedCommand(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Object run(CommandCall call) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isEngaged() {
            return engaged;
        }
    }

    @Test
    void kinds_withTheSameName_areApart() {
        registry.add(Kind.NODE, new FakeDriver("quit"), Rank.NONE);
        Registration command = registry.add(Kind.COMMAND, new FakeCommand("quit"), Rank.NONE);

        command.close();

        assertEquals(1, registry.nodes().size());
        assertEquals(0, registry.commands().size());
    }

    @Nested
    class Listening {
        private final Registration listening = registry.listen(new Recorder());

        @Test
        void add_whenFirst_arrives() {
            registry.add(Kind.NODE, new FakeDriver("raw"), rank(1, 0));

            assertEquals(List.of("arrived raw 1.0.0"), heard);
        }

        @Test
        void add_whenHigher_replaces_andWhenLower_isSilent() {
            registry.add(Kind.NODE, new FakeDriver("raw"), rank(2, 0));
            registry.add(Kind.NODE, new FakeDriver("raw"), rank(3, 0));
            registry.add(Kind.NODE, new FakeDriver("raw"), rank(1, 0));

            assertEquals(List.of("arrived raw 2.0.0", "replaced raw 2.0.0 by 3.0.0"), heard);
        }

        @Test
        void close_whenServed_replacesByTheOlder_thenDeparts() {
            Registration old = registry.add(Kind.NODE, new FakeDriver("raw"), rank(1, 0));
            Registration young = registry.add(Kind.NODE, new FakeDriver("raw"), rank(2, 0));
            heard.clear();

            young.close();
            old.close();

            assertEquals(List.of("replaced raw 2.0.0 by 1.0.0", "departed raw 1.0.0"), heard);
        }

        @Test
        void listener_whenItThrows_holdsUpNoOther() {
            registry.listen(
                    new RegistryListener() {
                        @Override
                        public <T> void arrived(Contribution<T> now) {
                            throw new IllegalStateException("listener of a test");
                        }
                    });
            List<String> last = new ArrayList<>();
            registry.listen(
                    new RegistryListener() {
                        @Override
                        public <T> void arrived(Contribution<T> now) {
                            last.add(now.name());
                        }
                    });

            registry.add(Kind.NODE, new FakeDriver("raw"), Rank.NONE);

            assertEquals(List.of("raw"), last);
        }

        @Test
        void listener_whenClosed_hearsNoMore() {
            listening.close();

            registry.add(Kind.NODE, new FakeDriver("raw"), Rank.NONE);

            assertEquals(List.of(), heard);
        }

        @Test
        void add_whileAListenerIsBusy_doesNotWait_andIsToldAfterwards() throws Exception {
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch proceed = new CountDownLatch(1);
            registry.listen(
                    new RegistryListener() {
                        @Override
                        public <T> void arrived(Contribution<T> now) {
                            inside.countDown();
                            assertTrue(waited(proceed));
                        }
                    });
            Thread first =
                    Thread.ofVirtual()
                            .start(() -> registry.add(Kind.NODE, new FakeDriver("a"), Rank.NONE));
            assertTrue(waited(inside));

            registry.add(Kind.NODE, new FakeDriver("b"), Rank.NONE);
            assertTrue(registry.node("b").isPresent());
            proceed.countDown();
            first.join(10_000);

            assertEquals(List.of("arrived a 0.0.0", "arrived b 0.0.0"), heard);
        }
    }

    @Nested
    class OfPlugins {
        @Test
        void add_addsAllKinds_andCloseWithdrawsThem() {
            Registration plugin = Plugins.add(registry, new FakePlugin(), rank(1, 0));

            assertEquals(1, registry.nodes().size());
            assertEquals(1, registry.commands().size());
            plugin.close();
            assertEquals(0, registry.nodes().size());
            assertEquals(0, registry.commands().size());
        }

        @Test
        void add_whenThePluginThrows_leavesNothing() {
            Plugin broken =
                    new Plugin() {
                        @Override
                        public List<BlockDriver> drivers() {
                            return List.of(new FakeDriver("raw"));
                        }

                        @Override
                        public List<MonitorCommand> commands() {
                            throw new IllegalStateException("plugin of a test");
                        }
                    };

            assertThrows(
                    IllegalStateException.class, () -> Plugins.add(registry, broken, Rank.NONE));
            assertEquals(0, registry.nodes().size());
        }
    }

    private static boolean waited(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Rank rank(int major, int minor) {
        return new Rank(0, new Version(major, minor, 0, ""));
    }

    private final class Recorder implements RegistryListener {
        @Override
        public <T> void arrived(Contribution<T> now) {
            heard.add("arrived " + now.name() + " " + now.rank().version());
        }

        @Override
        public <T> void replaced(Contribution<T> before, Contribution<T> now) {
            heard.add(
                    "replaced %s %s by %s"
                            .formatted(
                                    before.name(), before.rank().version(), now.rank().version()));
        }

        @Override
        public <T> void departed(Contribution<T> before) {
            heard.add("departed " + before.name() + " " + before.rank().version());
        }
    }

    private record FakeCommand(String name) implements MonitorCommand {
        @Override
        public Object run(CommandCall call) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class FakePlugin implements Plugin {
        @Override
        public List<BlockDriver> drivers() {
            return List.of(new FakeDriver("raw"));
        }

        @Override
        public List<MonitorCommand> commands() {
            return List.of(new FakeCommand("quit"));
        }
    }

    private static final class FakeDriver implements BlockDriver {
        private final String name;

        FakeDriver(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public DriverKind kind() {
            return DriverKind.FORMAT;
        }

        @Override
        public BlockNode open(OpenRequest request) {
            throw new UnsupportedOperationException();
        }
    }
}
