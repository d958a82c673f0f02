package org.ashlar.drivers.raw.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.Plugin;
import org.junit.jupiter.api.Test;

/** What the jar contributes, as a flat class path finds it. */
class RawPluginTest {
    private final List<BlockDriver> drivers =
            ServiceLoader.load(Plugin.class).stream()
                    .filter(found -> found.type() == RawPlugin.class)
                    .flatMap(found -> found.get().drivers().stream())
                    .toList();

    @Test
    void plugin_whenFoundOnTheClassPath_contributesItsDrivers() {
        assertEquals(
                List.of("raw", "file", "host_device", "null-co", "null-aio"),
                drivers.stream().map(BlockDriver::name).toList());
        assertEquals(
                List.of("raw"),
                drivers.stream()
                        .filter(driver -> driver.kind() == DriverKind.FORMAT)
                        .map(BlockDriver::name)
                        .toList());
        drivers.forEach(BlockDriver::close);
    }

    @Test
    void options_ofTheFileDriver_areTheReferencesOptions() {
        BlockDriver file = drivers.get(1);
        assertEquals(
                "filename,locking,aio,aio-max-batch,drop-cache,x-check-cache-dropped,pr-manager",
                file.options().stream().map(Object::toString).collect(Collectors.joining(",")));
        assertEquals(
                "filename,size,preallocation,nocow,extent-size-hint",
                file.createOptions().stream()
                        .map(Object::toString)
                        .collect(Collectors.joining(",")));
        drivers.forEach(BlockDriver::close);
    }
}
