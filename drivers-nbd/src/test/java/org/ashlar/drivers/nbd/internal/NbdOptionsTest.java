package org.ashlar.drivers.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options and file names; what is refused, and how, was taken down from qemu-img 7.2. */
class NbdOptionsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "nbd://host:1234/disk; host:1234; disk",
                "nbd://host; host:10809; ''",
                "nbd://host/a%20b/c; host:10809; a b/c",
                "nbd+tcp://[::1]:77/; ::1:77; ''",
                "nbd+unix:///disk?socket=/run/s%2Bt; /run/s+t; disk",
                "nbd+unix:///?socket=/run/s+t; /run/s+t; ''",
                "nbd:host:1234; host:1234; ''",
                "nbd:host:1234:exportname=a:b; host:1234; a:b",
                "nbd:[::1]:1; ::1:1; ''",
                "nbd:unix:/run/s; /run/s; ''",
                "nbd:unix:/run/s:exportname=disk; /run/s; disk",
            })
    void fileName_isReadAsTheReferenceDoes(String fileName, String target, String export)
            throws BlockException {
        NbdOptions options = options(new NbdDriver().parseFileName(fileName));

        assertEquals(target, options.target().toString());
        assertEquals(export, options.export());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "nbd:; NBD server address missing",
                "nbd:host; error parsing address 'host'",
                "nbd:host:; error parsing address 'host:'",
                "nbd:unix:/x:exportname=; NBD server address missing",
                "nbd+unix:///x; No valid URL specified: nbd+unix:///x",
                "nbd+unix://host/x?socket=/a;"
                        + " No valid URL specified: nbd+unix://host/x?socket=/a",
                "nbd://host/x?y=z; No valid URL specified: nbd://host/x?y=z",
                "nbd://?x=y; No valid URL specified: nbd://?x=y",
                "nbd+foo://host; Unknown protocol 'nbd+foo'",
                "file:x; File name string for 'nbd' must start with 'nbd:'",
                "nbd://host:99999/; port 99999 is out of range",
                "nbd:host:foo; port 'foo' is no number",
            })
    void fileName_thatIsWrong_isRefused(String fileName, String message) {
        assertRefused(message, () -> options(new NbdDriver().parseFileName(fileName)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''; NBD server address missing",
                "server.type=inet; Parameter 'host' is missing",
                "server.type=inet,server.host=h; Parameter 'port' is missing",
                "server.type=unix; Parameter 'path' is missing",
                "path=/x,host=h; path and host may not be used at the same time",
                "port=3; NBD server address missing",
                "server.type=bogus; Parameter 'server.type' does not accept value 'bogus'",
                "server.type=fd,path=/x; nbd to a server of type 'fd' is not supported",
                "server.type=vsock; nbd to a server of type 'vsock' is not supported",
                "path=/x,tls-creds=tls0; nbd over TLS ('tls-creds') is not supported",
                "path=/x,reconnect-delay=-1;"
                        + " Parameter 'reconnect-delay' expects a number of seconds",
                "path=/x,bogus=1; Parameter 'bogus' is unexpected",
            })
    void options_thatAreWrong_areRefused(String text, String message) {
        assertRefused(message, () -> options(tree(text)));
    }

    @Test
    void options_inTheOldFlatForm_areRead() throws BlockException {
        assertEquals("h:10809", options(tree("host=h")).target().toString());
        assertEquals("h:7", options(tree("host=h,port=7")).target().toString());
        assertEquals("/x", options(tree("path=/x")).target().toString());
    }

    @Test
    void export_thatIsTooLong_isRefused() {
        assertRefused(
                "Parameter 'export' is longer than 4096 bytes",
                () -> options(tree("path=/x,export=" + "x".repeat(4097))));
    }

    private static void assertRefused(String message, Reading reading) {
        assertEquals(message, assertThrows(BlockException.class, reading::run).getMessage());
    }

    private interface Reading {
        NbdOptions run() throws BlockException;
    }

    private static OptionTree tree(String text) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String part : text.split(",", -1)) {
            if (!part.isEmpty()) {
                options.put(
                        part.substring(0, part.indexOf('=')),
                        part.substring(part.indexOf('=') + 1));
            }
        }
        return OptionTree.dotted(options);
    }

    private static NbdOptions options(OptionTree tree) throws BlockException {
        return NbdOptions.from(OptionValues.check(new NbdDriver().options(), tree));
    }
}
