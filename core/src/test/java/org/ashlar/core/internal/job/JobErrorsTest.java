package org.ashlar.core.internal.job;

import static org.ashlar.core.internal.job.JobFixture.assertRefused;
import static org.ashlar.core.internal.job.JobFixture.manual;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.job.ErrorPolicy;
import org.ashlar.spi.job.JobControl;
import org.ashlar.spi.source.Access;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What jobs do about failed requests; taken down from stream jobs of qemu-storage-daemon 7.2. */
class JobErrorsTest {
    private final JobFixture fixture = new JobFixture();
    private final JobManager jobs = fixture.jobs;

    @AfterEach
    void close() {
        jobs.close();
    }

    private final IOException full = new BlockException(Kind.NO_SPACE, "no space");
    private final IOException broken = new BlockException(Kind.IO, "broken");

    @Test
    void report_failsWithTheError() throws IOException {
        run(ErrorPolicy.REPORT, broken);
        fixture.events.awaitStatus("concluded");

        fixture.events.await("BLOCK_JOB_ERROR {device=j, operation=write, action=report}");
        assertEquals(Optional.of("broken"), fixture.info().error());
        assertEquals(Optional.empty(), fixture.info().ioError());
    }

    @Test
    void ignore_goesOn_andFailsAtTheEnd() throws IOException {
        run(ErrorPolicy.IGNORE, broken);
        fixture.events.awaitStatus("concluded");

        fixture.events.await("BLOCK_JOB_ERROR {device=j, operation=write, action=ignore}");
        assertEquals(Optional.of("broken"), fixture.info().error());
        assertEquals(7, fixture.info().current());
        assertEquals(0, fixture.appliedCount());
    }

    @Test
    void stop_pauses_andTriesAgainWhenResumed() throws IOException {
        run(ErrorPolicy.STOP, broken);
        fixture.events.awaitStatus("paused");
        assertEquals(Optional.of(Kind.IO), fixture.info().ioError());
        assertTrue(fixture.info().paused());
        assertRefused("Job is already paused", () -> jobs.pause("j"));

        jobs.resume("j");
        fixture.events.awaitStatus("pending");

        assertEquals(Optional.empty(), fixture.info().ioError());
        assertEquals(7, fixture.info().current());
        assertEquals(
                "BLOCK_JOB_ERROR {device=j, operation=write, action=stop}", fixture.told().get(2));
    }

    @Test
    void enospc_pausesForWantOfSpaceOnly() throws IOException {
        run(ErrorPolicy.ENOSPC, full);
        fixture.events.awaitStatus("paused");
        assertEquals(Optional.of(Kind.NO_SPACE), fixture.info().ioError());
    }

    @Test
    void enospc_failsOtherwise() throws IOException {
        run(ErrorPolicy.ENOSPC, broken);
        fixture.events.awaitStatus("concluded");
        assertEquals(Optional.of("broken"), fixture.info().error());
    }

    @Test
    void auto_pausesForWantOfSpace_asTheReferencesJobsDo() throws IOException {
        run(ErrorPolicy.AUTO, full);
        fixture.events.await("action=stop");
        fixture.events.awaitStatus("paused");
    }

    @Test
    void auto_failsOtherwise() throws IOException {
        run(ErrorPolicy.AUTO, broken);
        fixture.events.awaitStatus("concluded");
        assertEquals(Optional.of("broken"), fixture.info().error());
    }

    @Test
    void cancel_whileStoppedByAnError_aborts() throws IOException {
        run(ErrorPolicy.STOP, broken);
        fixture.events.awaitStatus("paused");

        jobs.cancel("j", true);
        fixture.events.awaitStatus("concluded");

        fixture.events.await("BLOCK_JOB_CANCELLED");
        assertEquals(Optional.of("Operation canceled"), fixture.info().error());
    }

    /** A body that fails once and accounts for 7 bytes in the end. */
    private void run(ErrorPolicy policy, IOException error) throws IOException {
        fixture.start(
                manual(policy),
                (JobControl control) -> {
                    var _ = control.retryAfter(Access.WRITE, error);
                    control.checkpoint(7);
                });
    }
}
