package org.ashlar.core.internal.job;

import static org.ashlar.spi.job.JobStatus.ABORTING;
import static org.ashlar.spi.job.JobStatus.CONCLUDED;
import static org.ashlar.spi.job.JobStatus.CREATED;
import static org.ashlar.spi.job.JobStatus.NULL;
import static org.ashlar.spi.job.JobStatus.PAUSED;
import static org.ashlar.spi.job.JobStatus.PENDING;
import static org.ashlar.spi.job.JobStatus.READY;
import static org.ashlar.spi.job.JobStatus.RUNNING;
import static org.ashlar.spi.job.JobStatus.STANDBY;
import static org.ashlar.spi.job.JobStatus.UNDEFINED;
import static org.ashlar.spi.job.JobStatus.WAITING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.ashlar.core.internal.fake.HeardEvents;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.job.ErrorPolicy;
import org.ashlar.spi.job.JobSettings;
import org.ashlar.spi.job.JobStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The tables of statuses and verbs. What the verbs answer was taken down from qemu-storage-daemon
 * 7.2 with one job driven through all its statuses; transitions are those of QMP's documentation.
 */
class JobStateTest {
    /** How a job comes to stand in a status. */
    private static final Map<JobStatus, List<JobStatus>> WAYS = new EnumMap<>(JobStatus.class);

    static {
        WAYS.put(UNDEFINED, List.of());
        WAYS.put(CREATED, List.of(CREATED));
        WAYS.put(RUNNING, List.of(CREATED, RUNNING));
        WAYS.put(PAUSED, List.of(CREATED, RUNNING, PAUSED));
        WAYS.put(READY, List.of(CREATED, RUNNING, READY));
        WAYS.put(STANDBY, List.of(CREATED, RUNNING, READY, STANDBY));
        WAYS.put(WAITING, List.of(CREATED, RUNNING, WAITING));
        WAYS.put(PENDING, List.of(CREATED, RUNNING, WAITING, PENDING));
        WAYS.put(ABORTING, List.of(CREATED, RUNNING, ABORTING));
        WAYS.put(CONCLUDED, List.of(CREATED, RUNNING, ABORTING, CONCLUDED));
        WAYS.put(NULL, List.of(CREATED, RUNNING, ABORTING, CONCLUDED, NULL));
    }

    private final HeardEvents heard = new HeardEvents();
    private final JobEvents events = new JobEvents(heard);

    /** Rows: status; columns: pause, resume, complete, finalize, dismiss, cancel. */
    @ParameterizedTest
    @CsvSource({
        "UNDEFINED, no,  un,  no,  no,  no,  no",
        "CREATED,   yes, un,  no,  no,  no,  yes",
        "RUNNING,   yes, un,  no,  no,  no,  yes",
        "PAUSED,    is,  yes, no,  no,  no,  yes",
        "READY,     yes, un,  yes, no,  no,  yes",
        "STANDBY,   is,  yes, yes, no,  no,  yes",
        "WAITING,   no,  un,  no,  no,  no,  yes",
        "PENDING,   no,  un,  no,  yes, no,  yes",
        "ABORTING,  no,  un,  no,  no,  no,  no",
        "CONCLUDED, no,  un,  no,  no,  yes, no",
        "NULL,      no,  un,  no,  no,  no,  no",
    })
    void verbs_inEachStatus_answerAsTheReference(
            String status,
            String pause,
            String resume,
            String complete,
            String finalize,
            String dismiss,
            String cancel) {
        JobStatus at = JobStatus.valueOf(status);
        assertEquals(expected(at, "pause", pause), answer(stateAt(at)::pause));
        assertEquals(expected(at, "resume", resume), answer(stateAt(at)::resume));
        assertEquals(expected(at, "complete", complete), answer(stateAt(at)::complete));
        assertEquals(expected(at, "finalize", finalize), answer(stateAt(at)::requestFinalize));
        assertEquals(expected(at, "dismiss", dismiss), answer(stateAt(at)::dismiss));
        JobState cancelled = stateAt(at);
        assertEquals(expected(at, "cancel", cancel), answer(() -> cancelled.cancel(true)));
    }

    @ParameterizedTest
    @EnumSource(JobStatus.class)
    void setSpeed_inEachStatus_isAllowedWhileTheJobWorks(JobStatus at) {
        boolean works = List.of(CREATED, RUNNING, PAUSED, READY, STANDBY).contains(at);
        String expected = expected(at, "set-speed", works ? "yes" : "no");
        assertEquals(expected, answer(() -> stateAt(at).checkVerb(JobVerb.SET_SPEED)));
    }

    private static String expected(JobStatus status, String verb, String answer) {
        return switch (answer) {
            case "yes" -> "";
            case "no" ->
                    "Job 'j' in state '%s' cannot accept command verb '%s'"
                            .formatted(status.name().toLowerCase(Locale.ROOT), verb);
            case "un" -> "Can't resume a job that was not paused";
            case "is" -> "Job is already paused";
            default -> throw new IllegalArgumentException(answer);
        };
    }

    /** Rows: from; the rest: every status that may follow. */
    @ParameterizedTest
    @CsvSource({
        "UNDEFINED, CREATED",
        "CREATED,   RUNNING ABORTING NULL",
        "RUNNING,   PAUSED READY WAITING ABORTING",
        "PAUSED,    RUNNING",
        "READY,     STANDBY WAITING ABORTING",
        "STANDBY,   READY",
        "WAITING,   PENDING ABORTING",
        "PENDING,   ABORTING CONCLUDED",
        "ABORTING,  CONCLUDED",
        "CONCLUDED, NULL",
        "NULL,      ''",
    })
    void enter_fromEachStatus_allowsTheTransitionsOfQmp(String from, String to) {
        List<String> allowed = new ArrayList<>();
        for (JobStatus next : JobStatus.values()) {
            JobState state = stateAt(JobStatus.valueOf(from));
            try {
                state.enter(next);
                allowed.add(next.name());
            } catch (IllegalStateException refused) {
                assertEquals("job j: " + from + " to " + next, refused.getMessage());
            }
        }
        assertEquals(
                List.of(to.split(" ")).stream().filter(name -> !name.isEmpty()).sorted().toList(),
                allowed.stream().sorted().toList());
    }

    @Test
    void cancel_whenSoftAndPaused_isRefused() {
        BlockException refused =
                assertThrows(BlockException.class, () -> stateAt(PAUSED).cancel(false));
        assertEquals("The block job for device 'j' is currently paused", refused.getMessage());
    }

    @Test
    void cancel_whenSoftAndReady_asksTheBodyToEnd() throws BlockException {
        JobState state = stateAt(READY);

        assertEquals(false, state.cancel(false));

        assertEquals(true, state.isCompletionRequested());
        assertEquals(false, state.isCancelled());
        assertEquals(
                "The active block job 'j' cannot be completed", answer(() -> state.complete()));
    }

    @Test
    void cancel_whenForcedAfterSoft_givesUp() throws BlockException {
        JobState state = stateAt(READY);
        state.cancel(false);

        assertEquals(true, state.cancel(true));
        assertThrows(BlockException.class, () -> state.pass(1, 1, 0));
    }

    @Test
    void requestFinalize_whenAskedTwice_isRefused() throws BlockException {
        JobState state = stateAt(PENDING);
        state.requestFinalize();

        assertEquals(
                "Job 'j' in state 'pending' cannot accept command verb 'finalize'",
                answer(state::requestFinalize));
    }

    @Test
    void cancel_afterThePointOfNoReturn_isRefused() throws BlockException {
        JobState state = stateAt(PENDING);
        state.requestFinalize();
        state.beginFinalize();

        assertEquals(
                "Job 'j' in state 'pending' cannot accept command verb 'cancel'",
                answer(() -> state.cancel(true)));
    }

    @Test
    void events_ofACreateJob_areTheStatusAlone() throws BlockException {
        JobSettings settings = new JobSettings("c", 0, ErrorPolicy.REPORT, true, false);
        JobState state = new JobState("create", settings, events, 0);
        state.enter(CREATED);
        state.enter(RUNNING);
        state.pend();
        state.beginFinalize();
        state.conclude();
        events.send();

        assertEquals(
                List.of("created", "running", "waiting", "pending", "concluded").stream()
                        .map(status -> "JOB_STATUS_CHANGE {status=" + status + ", id=c}")
                        .toList(),
                heard.lines());
    }

    @Test
    void info_afterConclusion_isNotMovedByTheBody() {
        JobState state = stateAt(CONCLUDED);

        state.remaining(4096);
        state.abort("late");
        state.conclude();

        assertEquals(0, state.info(false).total());
        assertEquals(Optional.empty(), state.info(false).error());
        assertEquals(CONCLUDED, state.info(false).status());
    }

    private JobState stateAt(JobStatus status) {
        JobSettings settings = new JobSettings("j", 0, ErrorPolicy.REPORT, false, false);
        JobState state = new JobState("stream", settings, events, 0);
        for (JobStatus next : WAYS.get(status)) {
            if (next == PAUSED || next == STANDBY) {
                assertEquals("", answer(state::pause));
                assertEquals("", answer(state::passUnpaused));
            } else {
                state.enter(next);
            }
        }
        assertEquals(status, state.info(false).status());
        return state;
    }

    private interface Verb {
        void run() throws BlockException;
    }

    private static String answer(Verb verb) {
        try {
            verb.run();
            return "";
        } catch (BlockException refused) {
            return refused.getMessage();
        }
    }
}
