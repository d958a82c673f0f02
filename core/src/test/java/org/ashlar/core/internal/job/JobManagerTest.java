package org.ashlar.core.internal.job;

import static org.ashlar.core.internal.job.JobFixture.assertRefused;
import static org.ashlar.core.internal.job.JobFixture.await;
import static org.ashlar.core.internal.job.JobFixture.manual;
import static org.ashlar.core.internal.job.JobFixture.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.ashlar.core.internal.registry.Kind;
import org.ashlar.core.internal.registry.Rank;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.job.BlockJob;
import org.ashlar.spi.job.ErrorPolicy;
import org.ashlar.spi.job.JobDriver;
import org.ashlar.spi.job.JobInfo;
import org.ashlar.spi.job.JobRequest;
import org.ashlar.spi.job.JobSettings;
import org.ashlar.spi.job.JobStatus;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * How jobs begin and end. The orders of events and their members were taken down from
 * qemu-storage-daemon 7.2.
 */
class JobManagerTest {
    private final JobFixture fixture = new JobFixture();
    private final JobManager jobs = fixture.jobs;

    @AfterEach
    void close() {
        jobs.close();
    }

    @Nested
    class Ending {
        @Test
        void job_whenAllIsAutomatic_runsThroughAllStatusesAndIsForgotten() throws IOException {
            JobFixture.Body body =
                    fixture.start(
                            settings(true, true),
                            control -> {
                                control.remaining(8);
                                control.checkpoint(8);
                            });
            fixture.events.awaitStatus("null");

            assertEquals(
                    List.of(
                            "created",
                            "running",
                            "waiting",
                            "pending",
                            "BLOCK_JOB_COMPLETED"
                                    + " {device=j, len=8, offset=8, speed=0, type=stream}",
                            "concluded",
                            "null"),
                    fixture.told());
            assertEquals(1, body.closes.get());
            assertEquals(1, fixture.appliedCount());
            assertEquals(List.of(), jobs.list());
        }

        @Test
        void job_whenConcluded_hasReleasedItsNodesBefore() throws IOException {
            CountDownLatch release = new CountDownLatch(1);
            fixture.start(settings(true, false), _ -> await(release));
            assertEquals("job j", fixture.sources.last().label);
            assertEquals(1, fixture.sources.last().claims.size());
            release.countDown();
            fixture.events.await("BLOCK_JOB_COMPLETED");

            assertTrue(fixture.sources.last().isReleased());
        }

        @Test
        void job_whenNothingIsAutomatic_waitsToBeFinalizedAndDismissed() throws IOException {
            fixture.start(settings(false, false), control -> control.checkpoint(8));
            fixture.events.await("BLOCK_JOB_PENDING {type=stream, id=j}");
            assertEquals(JobStatus.PENDING, fixture.info().status());
            assertEquals(0, fixture.appliedCount());

            jobs.finalizeJob("j");

            assertEquals(1, fixture.appliedCount());
            assertEquals(JobStatus.CONCLUDED, fixture.info().status());
            jobs.dismiss("j");
            fixture.events.awaitStatus("null");
            assertEquals(List.of(), jobs.list());
            assertEquals(
                    List.of(
                            "created",
                            "running",
                            "waiting",
                            "pending",
                            "BLOCK_JOB_PENDING {type=stream, id=j}",
                            "BLOCK_JOB_COMPLETED"
                                    + " {device=j, len=8, offset=8, speed=0, type=stream}",
                            "concluded",
                            "null"),
                    fixture.told());
            assertRefused("Job not found", () -> jobs.dismiss("j"));
        }

        @Test
        void job_whenItsBodyFails_abortsWithTheReason() throws IOException {
            JobFixture.Body body =
                    fixture.start(
                            settings(false, false),
                            control -> {
                                control.remaining(16);
                                control.checkpoint(4);
                                throw new IOException("Input/output error");
                            });
            fixture.events.awaitStatus("concluded");

            assertEquals(
                    List.of(
                            "created",
                            "running",
                            "aborting",
                            "BLOCK_JOB_COMPLETED {device=j, len=16, offset=4, speed=0, type=stream,"
                                    + " error=Input/output error}",
                            "concluded"),
                    fixture.told());
            assertEquals(Optional.of("Input/output error"), fixture.info().error());
            assertEquals(1, body.closes.get());
            assertEquals(0, fixture.appliedCount());
        }

        @Test
        void job_whenItsBodyHasADefect_abortsAndOthersGoOn() throws IOException {
            fixture.start(
                    settings(true, false),
                    _ -> {
                        throw new IllegalStateException("defect of a test");
                    });
            fixture.events.awaitStatus("concluded");

            assertEquals(
                    Optional.of(
                            "internal error: java.lang.IllegalStateException: defect of a test"),
                    fixture.info().error());
            assertTrue(fixture.sources.last().isReleased());
        }

        @Test
        void job_whenItsBodyCannotBeClosed_releasesTheRestAndConcludes() throws IOException {
            CountDownLatch broken = new CountDownLatch(1);
            JobFixture.Body body =
                    fixture.start(settings(true, false), _ -> JobFixture.await(broken));
            body.onClose =
                    () -> {
                        throw new AssertionError("defect of a test");
                    };
            broken.countDown();
            fixture.events.awaitStatus("concluded");

            assertTrue(fixture.sources.last().isReleased());
        }

        @Test
        void job_whenItsCompletionFails_abortsWithTheReason() throws IOException {
            fixture.onApply =
                    (_, _) -> {
                        throw new BlockException(BlockException.Kind.BUSY, "node is busy");
                    };
            fixture.start(settings(true, false), _ -> {});
            fixture.events.awaitStatus("concluded");

            assertEquals(
                    List.of(
                            "created",
                            "running",
                            "waiting",
                            "pending",
                            "aborting",
                            "BLOCK_JOB_COMPLETED {device=j, len=0, offset=0, speed=0, type=stream,"
                                    + " error=node is busy}",
                            "concluded"),
                    fixture.told());
        }

        @Test
        void completion_isAppliedForTheJobsOwnSource() throws IOException {
            fixture.onApply =
                    (owner, change) -> {
                        assertEquals(fixture.sources.last(), owner);
                        assertEquals(JobFixture.Body.CHANGE, change);
                        assertEquals(0, fixture.sources.last().closes.get());
                    };
            fixture.start(settings(true, false), _ -> {});
            fixture.events.awaitStatus("concluded");

            assertEquals(Optional.empty(), fixture.info().error());
        }
    }

    @Nested
    class Starting {
        @Test
        void start_whenTheIdIsMalformed_isRefused() {
            for (String id : List.of("", "1", "a b", "#x", "ä", "-a")) {
                JobSettings named = new JobSettings(id, 0, ErrorPolicy.REPORT, true, true);
                assertRefused("Invalid job ID '" + id + "'", () -> fixture.start(named, _ -> {}));
            }
            assertEquals(List.of(), fixture.sources.opened);
        }

        @Test
        void start_whenTheIdIsUsed_isRefusedUntilTheOtherIsDismissed() throws IOException {
            fixture.start(settings(true, false), _ -> {});
            fixture.events.awaitStatus("concluded");
            assertRefused(
                    "Job ID 'j' already in use",
                    () -> fixture.start(settings(true, true), _ -> {}));

            jobs.dismiss("j");
            fixture.start(settings(true, false), _ -> {});

            fixture.events.await("status=concluded,", 2);
        }

        @Test
        void start_whenTheIdIsJustBeingPrepared_isRefused() throws Exception {
            CountDownLatch preparing = new CountDownLatch(1);
            CountDownLatch prepared = new CountDownLatch(1);
            fixture.registry.add(
                    Kind.JOB,
                    new OtherJobs(_ -> {
                        preparing.countDown();
                        await(prepared);
                        return _ -> {};
                    }),
                    Rank.NONE);
            Thread first = Thread.ofVirtual().start(() -> startOther());
            await(preparing);

            assertRefused("Job ID 'j' already in use", this::startOtherChecked);
            assertEquals(List.of(), jobs.list());
            prepared.countDown();
            first.join(10_000);

            fixture.events.awaitStatus("concluded");
        }

        @Test
        void start_whenPreparationFails_leavesNothing() {
            fixture.registry.add(
                    Kind.JOB,
                    new OtherJobs(request -> {
                        request.claim(request.attachRoot("main", "disk", Permissions.READ));
                        request.attachRoot("base", "missing", Permissions.READ);
                        throw new AssertionError("a missing node was attached");
                    }),
                    Rank.NONE);

            assertRefused("no node missing", this::startOtherChecked);
            assertRefused("no node missing", this::startOtherChecked);

            assertTrue(fixture.sources.last().isReleased());
            assertEquals(List.of(), fixture.told());
            assertEquals(List.of(), jobs.list());
        }

        @Test
        void start_ofAnUnknownType_isRefused() {
            assertRefused("Job type 'other' is not known", this::startOtherChecked);
        }

        @Test
        void start_withAnOptionThatIsNotDeclared_isRefused() {
            fixture.registry.add(Kind.JOB, new OtherJobs(_ -> _ -> {}), Rank.NONE);
            OptionTree options = OptionTree.typed(Map.of("bogus", 1L));

            assertRefused(
                    "Parameter 'bogus' is unexpected",
                    () -> jobs.start("other", settings(true, true), options));
        }

        @Test
        void start_withANegativeSpeed_isRefused() {
            JobSettings wrong = new JobSettings("j", -1, ErrorPolicy.REPORT, true, true);
            assertRefused(
                    "Parameter 'speed' expects a non-negative value",
                    () -> fixture.start(wrong, _ -> {}));
            assertEquals(List.of("created", "null"), fixture.told(), "as the reference tells");
            assertEquals(List.of(), jobs.list());
        }

        private void startOther() {
            try {
                startOtherChecked();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        private void startOtherChecked() throws IOException {
            jobs.start("other", settings(true, false), OptionTree.empty());
        }
    }

    @Nested
    class Telling {
        @Test
        void verbs_onAnUnknownJob_areRefused() {
            assertRefused("Job not found", () -> jobs.pause("nope"));
            assertRefused("Job not found", () -> jobs.resume("nope"));
            assertRefused("Job not found", () -> jobs.cancel("nope", true));
            assertRefused("Job not found", () -> jobs.complete("nope"));
            assertRefused("Job not found", () -> jobs.finalizeJob("nope"));
            assertRefused("Job not found", () -> jobs.speed("nope", 1));
            assertEquals(
                    BlockException.Kind.NOT_FOUND,
                    assertThrows(BlockException.class, () -> jobs.pause("nope")).kind());
        }

        @Test
        void list_whileAJobHasRequestsInFlight_saysBusy() throws IOException {
            CountDownLatch admitted = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            fixture.start(
                    manual(ErrorPolicy.REPORT),
                    control -> {
                        control.remaining(100);
                        control.checkpoint(10);
                        try (var _ = control.source().consumer("worker").admit(Access.READ)) {
                            admitted.countDown();
                            await(release);
                        }
                    });
            await(admitted);

            JobInfo info = fixture.info();
            assertEquals(
                    new JobInfo(
                            "j",
                            "stream",
                            JobStatus.RUNNING,
                            10,
                            100,
                            0,
                            true,
                            false,
                            false,
                            Optional.empty(),
                            false,
                            false,
                            Optional.empty()),
                    info);
            release.countDown();
            fixture.events.awaitStatus("pending");
            assertEquals(false, fixture.info().busy());
        }

        @Test
        void pause_whileTheRateIsSpent_isSeenAtOnce() throws IOException {
            JobSettings slow = new JobSettings("j", 1, ErrorPolicy.REPORT, true, false);
            CountDownLatch spent = new CountDownLatch(1);
            fixture.start(
                    slow,
                    control -> {
                        control.checkpoint(1 << 20);
                        spent.countDown();
                        control.checkpoint(1);
                    });
            await(spent);

            jobs.pause("j");
            fixture.events.awaitStatus("paused");
            jobs.speed("j", 0);
            jobs.resume("j");
            fixture.events.awaitStatus("concluded");
        }

        @Test
        void speed_whenRaised_wakesAJobThatWaitsForItsRate() throws IOException {
            JobSettings slow = new JobSettings("j", 1, ErrorPolicy.REPORT, true, false);
            CountDownLatch spent = new CountDownLatch(1);
            fixture.start(
                    slow,
                    control -> {
                        control.checkpoint(1 << 20);
                        spent.countDown();
                        control.checkpoint(1);
                    });
            await(spent);

            assertRefused(
                    "Parameter 'speed' expects a non-negative value", () -> jobs.speed("j", -1));
            jobs.speed("j", 0);
            fixture.events.awaitStatus("concluded");

            assertEquals((1 << 20) + 1, fixture.info().current());
            assertRefused(
                    "Job 'j' in state 'concluded' cannot accept command verb 'set-speed'",
                    () -> jobs.speed("j", -1));
        }

        @Test
        void complete_ofAReadyJob_letsItEnd() throws IOException {
            fixture.start(
                    settings(true, false),
                    control -> {
                        control.checkpoint(8);
                        control.ready();
                        control.ready();
                        JobFixture.loop(control);
                    });
            fixture.events.await("BLOCK_JOB_READY");
            assertEquals(true, fixture.info().ready());

            jobs.complete("j");
            fixture.events.awaitStatus("concluded");

            assertEquals(
                    List.of(
                            "created",
                            "running",
                            "ready",
                            "BLOCK_JOB_READY {device=j, len=8, offset=8, speed=0, type=stream}",
                            "waiting",
                            "pending",
                            "BLOCK_JOB_COMPLETED"
                                    + " {device=j, len=8, offset=8, speed=0, type=stream}",
                            "concluded"),
                    fixture.told());
            assertEquals(1, fixture.appliedCount());
        }
    }

    private interface Preparation {
        BlockJob prepare(JobRequest request) throws IOException;
    }

    private record OtherJobs(Preparation preparation) implements JobDriver {
        @Override
        public String type() {
            return "other";
        }

        @Override
        public BlockJob prepare(JobRequest request) throws IOException {
            return preparation.prepare(request);
        }
    }
}
