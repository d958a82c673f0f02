package org.ashlar.tools.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FlagOptionsTest {

    private final List<String> warnings = new ArrayList<>();

    @Test
    void parse_flags_areOnOrOffWithWarnings() {
        Map<String, String> options =
                FlagOptions.parse("socket,path=a,,b,server,nowait", "backend", warnings::add);

        assertEquals(
                Map.of("backend", "socket", "path", "a,b", "server", "on", "wait", "off"), options);
        assertEquals(
                List.of(
                        "short-form boolean option 'server' deprecated",
                        "Please use server=on instead",
                        "short-form boolean option 'nowait' deprecated",
                        "Please use wait=off instead"),
                warnings);
    }

    @Test
    void parse_firstKeyGiven_isNotImplied() {
        assertEquals(
                Map.of("backend", "null", "id", "a"),
                FlagOptions.parse("backend=null,id=x,id=a,", "backend", warnings::add));
        assertEquals(List.of(), warnings);
    }

    @Test
    void parse_valueWithEquals_keepsIt() {
        assertEquals(
                Map.of("path", "a=b"), FlagOptions.parse("path=a=b", "backend", warnings::add));
    }
}
