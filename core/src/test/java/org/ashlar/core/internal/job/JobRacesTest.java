package org.ashlar.core.internal.job;

import static org.ashlar.core.internal.job.JobFixture.assertRefused;
import static org.ashlar.core.internal.job.JobFixture.await;
import static org.ashlar.core.internal.job.JobFixture.seconds;
import static org.ashlar.core.internal.job.JobFixture.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.job.ErrorPolicy;
import org.ashlar.spi.job.JobSettings;
import org.ashlar.spi.job.JobStatus;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Jobs that are paused, cancelled and finalized at the wrong moment, forced by latches. */
class JobRacesTest {
    private final JobFixture fixture = new JobFixture();
    private final JobManager jobs = fixture.jobs;

    @AfterEach
    void close() {
        jobs.close();
    }

    @Nested
    class Pausing {
        @Test
        void pause_stopsAtTheNextCheckpoint_andResumeGoesOn() throws IOException {
            fixture.start(settings(true, false), JobFixture::loop);
            jobs.pause("j");
            fixture.events.awaitStatus("paused");
            assertTrue(fixture.info().paused());
            assertRefused("Job is already paused", () -> jobs.pause("j"));

            jobs.resume("j");
            fixture.events.await("status=running,", 2);

            assertEquals(List.of("created", "running", "paused", "running"), fixture.told());
            assertRefused("Can't resume a job that was not paused", () -> jobs.resume("j"));
        }

        @Test
        void pause_whenReady_standsBy_andMayBeToldToComplete() throws IOException {
            fixture.start(
                    settings(true, false),
                    control -> {
                        control.ready();
                        JobFixture.loop(control);
                    });
            fixture.events.await("BLOCK_JOB_READY");
            jobs.pause("j");
            fixture.events.awaitStatus("standby");

            jobs.complete("j");
            assertEquals(JobStatus.STANDBY, fixture.info().status());
            jobs.resume("j");
            fixture.events.awaitStatus("concluded");

            assertEquals(
                    List.of("standby", "ready", "waiting", "pending"),
                    fixture.told().subList(4, 8));
        }

        @Test
        void pause_whileTheBodyIsEnding_holdsBackTheCompletion() throws IOException {
            CountDownLatch working = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            fixture.start(
                    settings(true, false),
                    _ -> {
                        working.countDown();
                        await(end);
                    });
            await(working);
            jobs.pause("j");
            end.countDown();
            fixture.events.awaitStatus("paused");
            assertEquals(0, fixture.appliedCount());

            jobs.resume("j");
            fixture.events.awaitStatus("concluded");

            assertEquals(1, fixture.appliedCount());
        }

        @Test
        void pause_beforeTheFirstCheckpoint_accountsForNothing() throws IOException {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch proceed = new CountDownLatch(1);
            fixture.start(
                    settings(true, false),
                    control -> {
                        begun.countDown();
                        await(proceed);
                        control.checkpoint(4096);
                    });
            await(begun);
            jobs.pause("j");
            proceed.countDown();
            fixture.events.awaitStatus("paused");

            assertEquals(0, fixture.info().current());
        }
    }

    @Nested
    class Cancelling {
        @Test
        void cancel_whilePaused_runsAndAborts() throws IOException {
            fixture.start(settings(true, true), JobFixture::loop);
            jobs.pause("j");
            fixture.events.awaitStatus("paused");

            jobs.cancel("j", true);
            fixture.events.awaitStatus("null");

            assertEquals(
                    List.of(
                            "created",
                            "running",
                            "paused",
                            "running",
                            "aborting",
                            "BLOCK_JOB_CANCELLED"
                                    + " {device=j, len=0, offset=0, speed=0, type=stream}",
                            "concluded",
                            "null"),
                    fixture.told());
        }

        @Test
        void cancel_whilePausedAndNotForced_isRefused() throws IOException {
            fixture.start(settings(true, true), JobFixture::loop);
            jobs.pause("j");
            fixture.events.awaitStatus("paused");

            assertRefused(
                    "The block job for device 'j' is currently paused",
                    () -> jobs.cancel("j", false));
        }

        @Test
        void cancel_whileTheRateIsSpent_wakesTheBody() throws IOException {
            JobSettings slow = new JobSettings("j", 1, ErrorPolicy.REPORT, true, false);
            CountDownLatch spent = new CountDownLatch(1);
            fixture.start(
                    slow,
                    control -> {
                        control.checkpoint(1 << 30);
                        spent.countDown();
                        control.checkpoint(1);
                    });
            await(spent);

            jobs.cancel("j", false);
            fixture.events.awaitStatus("concluded");

            assertEquals(Optional.of("Operation canceled"), fixture.info().error());
        }

        @Test
        void cancel_whenReadyAndSoft_completesWithoutTheChange() throws IOException {
            fixture.start(
                    settings(true, false),
                    control -> {
                        control.ready();
                        JobFixture.loop(control);
                    });
            fixture.events.await("BLOCK_JOB_READY");

            jobs.cancel("j", false);
            fixture.events.awaitStatus("concluded");

            fixture.events.await("BLOCK_JOB_COMPLETED");
            assertEquals(0, fixture.appliedCount());
            assertEquals(Optional.empty(), fixture.info().error());
        }

        @Test
        void cancel_whenReadyAndForced_aborts() throws IOException {
            fixture.start(
                    settings(true, false),
                    control -> {
                        control.ready();
                        JobFixture.loop(control);
                    });
            fixture.events.await("BLOCK_JOB_READY");

            jobs.cancel("j", true);
            fixture.events.awaitStatus("concluded");

            fixture.events.await("BLOCK_JOB_CANCELLED");
            assertEquals(0, fixture.appliedCount());
        }

        @Test
        void cancel_whilePending_aborts() throws IOException {
            JobFixture.Body body = fixture.start(settings(false, true), _ -> {});
            fixture.events.await("BLOCK_JOB_PENDING");

            jobs.cancel("j", true);
            fixture.events.awaitStatus("null");

            assertEquals(
                    List.of(
                            "BLOCK_JOB_PENDING {type=stream, id=j}",
                            "aborting",
                            "BLOCK_JOB_CANCELLED"
                                    + " {device=j, len=0, offset=0, speed=0, type=stream}",
                            "concluded",
                            "null"),
                    fixture.told().subList(4, 9));
            assertEquals(0, fixture.appliedCount());
            assertEquals(1, body.closes.get());
        }

        @Test
        void cancel_whileARequestWaits_flagsTheRequest_andThoseThatFollow() throws IOException {
            CountDownLatch waiting = new CountDownLatch(1);
            List<Kind> kinds = Collections.synchronizedList(new ArrayList<>());
            fixture.start(
                    settings(true, false),
                    control -> {
                        try (Admission first = control.source().consumer("w").admit(Access.READ)) {
                            waiting.countDown();
                            kinds.add(awaitFlag(first));
                        }
                        try (Admission next = control.source().consumer("w").admit(Access.READ)) {
                            kinds.add(awaitFlag(next));
                        }
                    });
            await(waiting);

            jobs.cancel("j", true);
            fixture.events.awaitStatus("concluded");

            assertEquals(List.of(Kind.CANCELLED, Kind.CANCELLED), kinds);
            assertEquals(0, fixture.sources.last().admitted.get());
        }

        private static Kind awaitFlag(Admission admission) {
            while (true) {
                try {
                    admission.request().checkAlive();
                    Thread.onSpinWait();
                } catch (BlockException flagged) {
                    return flagged.kind();
                }
            }
        }

        @Test
        void cancel_afterTheBodyEnded_stillPreventsTheChange() throws IOException {
            CountDownLatch end = new CountDownLatch(1);
            fixture.start(settings(true, false), _ -> await(end));

            jobs.cancel("j", true);
            end.countDown();
            fixture.events.awaitStatus("concluded");

            assertEquals(0, fixture.appliedCount());
            assertEquals(Optional.of("Operation canceled"), fixture.info().error());
        }

        @Test
        void cancel_whileTheChangeIsApplied_isTooLate() throws IOException {
            CountDownLatch applying = new CountDownLatch(1);
            CountDownLatch proceed = new CountDownLatch(1);
            fixture.onApply =
                    (_, _) -> {
                        applying.countDown();
                        await(proceed);
                    };
            fixture.start(settings(true, false), _ -> {});
            await(applying);

            assertRefused(
                    "Job 'j' in state 'pending' cannot accept command verb 'cancel'",
                    () -> jobs.cancel("j", true));
            proceed.countDown();
            fixture.events.awaitStatus("concluded");

            assertEquals(Optional.empty(), fixture.info().error());
        }
    }

    @Nested
    class Stuck {
        private final JobFixture impatient =
                new JobFixture(new JobLimits(seconds(20), Duration.ofMillis(50), seconds(20)));

        @Test
        void cancel_whenTheBodyIsStuck_freesTheJobButNotWhatItUses() throws IOException {
            CountDownLatch stuck = new CountDownLatch(1);
            CountDownLatch wakes = new CountDownLatch(1);
            JobFixture.Body body =
                    impatient.start(
                            settings(true, true),
                            control -> {
                                stuck.countDown();
                                await(wakes);
                                control.ready();
                                control.remaining(5);
                            });
            await(stuck);

            impatient.jobs.cancel("j", true);
            impatient.events.awaitStatus("null");

            assertEquals(List.of(), impatient.jobs.list());
            assertFalse(impatient.sources.last().isReleased());
            assertEquals(0, body.closes.get());
            List<String> told = impatient.told();
            wakes.countDown();
            impatient.jobs.close();
            assertTrue(impatient.sources.last().isReleased());
            assertEquals(1, body.closes.get());
            assertEquals(told, impatient.told());
            assertEquals(0, impatient.appliedCount());
        }

        @Test
        void start_withTheIdOfAStuckJobThatWasDismissed_isAllowed() throws IOException {
            CountDownLatch wakes = new CountDownLatch(1);
            impatient.start(settings(true, true), _ -> await(wakes));
            impatient.jobs.cancel("j", true);
            impatient.events.awaitStatus("null");

            impatient.start(settings(true, false), _ -> {});
            impatient.events.await("status=concluded,", 2);
            wakes.countDown();
            impatient.jobs.dismiss("j");
            impatient.jobs.close();

            assertTrue(impatient.sources.opened.getFirst().isReleased());
            assertTrue(impatient.sources.opened.getLast().isReleased());
        }
    }

    @Nested
    class Finalizing {
        @Test
        void finalize_whileItIsBeingFinalized_isRefused() throws Exception {
            CountDownLatch applying = new CountDownLatch(1);
            CountDownLatch proceed = new CountDownLatch(1);
            fixture.onApply =
                    (_, _) -> {
                        applying.countDown();
                        await(proceed);
                    };
            fixture.start(settings(false, false), _ -> {});
            fixture.events.await("BLOCK_JOB_PENDING");
            Thread first = Thread.ofVirtual().start(this::finalizeFirst);
            await(applying);

            assertRefused(
                    "Job 'j' in state 'pending' cannot accept command verb 'finalize'",
                    () -> jobs.finalizeJob("j"));
            proceed.countDown();
            first.join(10_000);

            assertEquals(JobStatus.CONCLUDED, fixture.info().status());
            assertEquals(1, fixture.appliedCount());
        }

        private void finalizeFirst() {
            try {
                jobs.finalizeJob("j");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Test
        void finalize_ofAJobThatFinalizesItself_isRefused() throws IOException {
            CountDownLatch applying = new CountDownLatch(1);
            CountDownLatch proceed = new CountDownLatch(1);
            fixture.onApply =
                    (_, _) -> {
                        applying.countDown();
                        await(proceed);
                    };
            fixture.start(settings(true, false), _ -> {});
            await(applying);

            assertThrows(BlockException.class, () -> jobs.finalizeJob("j"));
            proceed.countDown();
        }

        @Test
        void finalize_whenItTakesLongerThanTheLimit_saysSo_andTheJobGoesOn() throws IOException {
            JobFixture hasty =
                    new JobFixture(new JobLimits(Duration.ofMillis(20), seconds(20), seconds(20)));
            CountDownLatch proceed = new CountDownLatch(1);
            hasty.onApply = (_, _) -> await(proceed);
            hasty.start(settings(false, false), _ -> {});
            hasty.events.await("BLOCK_JOB_PENDING");

            assertRefused(
                    "Job 'j' is being finalized, which takes longer than 0 s",
                    () -> hasty.jobs.finalizeJob("j"));
            proceed.countDown();
            hasty.events.awaitStatus("concluded");
            assertEquals(Optional.empty(), hasty.info().error());
            hasty.jobs.close();
        }
    }

    @Nested
    class Closing {
        @Test
        void close_cancelsWhatRuns_dismissesWhatIsConcluded_andStartsNoMore() throws IOException {
            JobFixture.Body body = fixture.start(settings(false, false), JobFixture::loop);
            fixture.events.awaitStatus("running");

            jobs.close();

            assertEquals(
                    List.of(
                            "created",
                            "running",
                            "aborting",
                            "BLOCK_JOB_CANCELLED"
                                    + " {device=j, len=0, offset=0, speed=0, type=stream}",
                            "concluded",
                            "null"),
                    fixture.told());
            assertEquals(1, body.closes.get());
            assertTrue(fixture.sources.last().isReleased());
            assertEquals(List.of(), jobs.list());
            assertRefused(
                    "The block layer is shutting down",
                    () -> fixture.start(settings(true, true), _ -> {}));
        }

        @Test
        void close_whileAJobIsStuck_returnsAfterTheLimit() throws IOException {
            JobFixture hasty =
                    new JobFixture(new JobLimits(seconds(20), seconds(20), Duration.ofMillis(30)));
            CountDownLatch wakes = new CountDownLatch(1);
            hasty.start(settings(true, true), _ -> await(wakes));

            hasty.jobs.close();

            assertFalse(hasty.sources.last().isReleased());
            wakes.countDown();
            hasty.events.awaitStatus("null");
        }
    }
}
