package org.ashlar.drivers.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
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
                "nbd:host:foo; address resolution failed for host:foo:"
                        + " Servname not supported for ai_socktype",
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
                "server.type=fd,server.str=5; only QEMU supports file descriptor passing",
                "server.type=vsock,server.cid=1,server.port=1;"
                        + " socket family AF_VSOCK unsupported",
                "server.type=unix,server.path=/x,server.host=h;"
                        + " Parameter 'server.host' is unexpected",
                "server.type=inet,server.host=h,server.port=1,server.path=/x;"
                        + " Parameter 'server.path' is unexpected",
                "server.type=inet,server.host=h,server.port=1,server.ipv4=off,server.ipv6=off;"
                        + " Cannot disable IPv4 and IPv6 at same time",
                "server.type=inet,server.host=h,server.port=1,server.to=65536;"
                        + " Parameter 'to' expects uint16_t",
                "server.type=inet,server.host=h,server.port=1,server.mptcp=on;"
                        + " 'server.mptcp' is not supported",
                "path=/x,tls-creds=tls0; No TLS credentials with id 'tls0'",
                "path=/x,reconnect-delay=-1; Parameter 'reconnect-delay' expects uint32_t",
                "path=/x,reconnect-delay=4294967296;"
                        + " Parameter 'reconnect-delay' expects uint32_t",
                "path=/x,bogus=1; Parameter 'bogus' is unexpected",
            })
    void options_thatAreWrong_areRefused(String text, String message) {
        assertRefused(message, () -> options(tree(text)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "server.type=unix,server.path=n.sock,export=n; nbd+unix:///n?socket=n.sock",
                "server.type=unix,server.path=/run/s; nbd+unix://?socket=/run/s",
                "server.type=inet,server.host=h,server.port=7,export=a/b; nbd://h:7/a/b",
                "server.type=inet,server.host=h,server.port=7; nbd://h:7",
                "path=/x; nbd+unix://?socket=/x",
            })
    void fileName_isThatOfTheReference(String text, String fileName) throws BlockException {
        NbdDriver driver = new NbdDriver();

        assertEquals(fileName, driver.fileName(OptionValues.check(driver.options(), tree(text))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "server.type=unix,server.path=/a b?c&d#,export=50% [x]",
                "server.type=inet,server.host=::1,server.port=7,export=é",
            })
    void fileName_ofWhatAUriMustEscape_standsForTheSame(String text) throws BlockException {
        NbdDriver driver = new NbdDriver();
        OptionValues given = OptionValues.check(driver.options(), tree(text));

        NbdOptions again = options(driver.parseFileName(driver.fileName(given)));

        assertEquals(NbdOptions.from(given), again);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "127.0.0.1; server.ipv4=on; 127.0.0.1",
                "127.0.0.1; server.ipv6=off; 127.0.0.1",
                "127.0.0.1; server.ipv6=on; 127.0.0.1",
                "::1; server.ipv6=on; 0:0:0:0:0:0:0:1",
                "::1; server.ipv4=off,server.numeric=on,server.keep-alive=on; 0:0:0:0:0:0:0:1",
            })
    void family_saysWhichAddressesAreTried(String host, String family, String address)
            throws IOException {
        Target target = options(tree(inet(host, family))).target();

        assertEquals(List.of(new InetSocketAddress(address, 1)), target.addresses());
    }

    @Test
    void family_thatTheHostDoesNotHave_isRefused() throws BlockException {
        Target target = options(tree(inet("::1", "server.ipv4=on"))).target();

        assertEquals(
                "address resolution failed for ::1:1: Address family for hostname not supported",
                assertThrows(IOException.class, target::addresses).getMessage());
        Target nobody = options(tree(inet("", "server.ipv4=on"))).target();
        assertEquals(
                "address resolution failed for :1: Name or service not known",
                assertThrows(IOException.class, nobody::addresses).getMessage());
    }

    private static String inet(String host, String more) {
        return "server.type=inet,server.port=1,server.host=" + host + "," + more;
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
