package org.ashlar.monitor.qmp.internal.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.ashlar.spi.control.Event;
import org.junit.jupiter.api.Test;

class EventPaceTest {

    private final List<String> told = new ArrayList<>();
    private final Queue<Runnable> seconds = new ArrayDeque<>();
    private final EventPace pace =
            new EventPace(event -> told.add(event.name() + event.data()), seconds::add);

    private void tell(String name, Object... data) {
        Map<String, Object> members =
                data.length == 0 ? Map.of() : Map.of((String) data[0], data[1]);
        pace.tell(new Event(name, members, Instant.EPOCH));
    }

    private List<String> toldSinceThen() {
        List<String> since = List.copyOf(told);
        told.clear();
        return since;
    }

    @Test
    void eventsOfASource_withinASecond_areTheFirstAtOnceAndTheLastAtItsEnd() {
        tell("QUORUM_FAILURE", "sector-num", 1);
        tell("QUORUM_FAILURE", "sector-num", 2);
        tell("QUORUM_FAILURE", "sector-num", 3);
        assertEquals(List.of("QUORUM_FAILURE{sector-num=1}"), toldSinceThen());
        seconds.remove().run();
        assertEquals(List.of("QUORUM_FAILURE{sector-num=3}"), toldSinceThen());
        tell("QUORUM_FAILURE", "sector-num", 4);
        assertEquals(List.of(), toldSinceThen(), "the late one began another second");
        seconds.remove().run();
        assertEquals(List.of("QUORUM_FAILURE{sector-num=4}"), toldSinceThen());
    }

    @Test
    void eventAfterASecondWithout_isToldAtOnce() {
        tell("QUORUM_FAILURE");
        seconds.remove().run();
        assertEquals(0, seconds.size());
        tell("QUORUM_FAILURE");
        assertEquals(2, told.size());
    }

    @Test
    void eventsOfDifferentSources_doNotWaitForEachOther() {
        tell("QUORUM_REPORT_BAD", "node-name", "a");
        tell("QUORUM_REPORT_BAD", "node-name", "b");
        tell("QUORUM_FAILURE");
        assertEquals(3, told.size());
    }

    @Test
    void eventsThatAreNotLimited_areAllToldAtOnce() {
        tell("BLOCK_IO_ERROR");
        tell("BLOCK_IO_ERROR");
        assertEquals(2, told.size());
        assertEquals(0, seconds.size());
    }
}
