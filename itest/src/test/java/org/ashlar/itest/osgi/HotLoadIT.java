package org.ashlar.itest.osgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.ashlar.spi.BlockException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A driver of a third party comes, is replaced and goes, in a running framework, under I/O: each
 * byte that is read says which version served it.
 */
@ExtendWith(InFramework.class)
public class HotLoadIT {

    @Test
    public void driver_whenItsJarIsDropped_servesTheNextNode() throws IOException {
        try (Stage stage = new Stage()) {
            assertThrows(BlockException.class, stage::addDisk);

            stage.deploy("driver.jar", 1);
            stage.awaitDrivers(1);
            stage.addDisk();
            try (Reader reader = new Reader(stage.layer(), "disk")) {
                assertEquals(1, reader.read());
            }
        }
    }

    @Test
    public void node_whenItsJarIsReplaced_isHandedOverUnderLoad() throws IOException {
        try (Stage stage = new Stage()) {
            stage.serve(1);
            try (Load load = new Load(stage.layer(), "disk")) {
                for (int version = 1; version <= 3; version++) {
                    stage.deploy("driver.jar", version);
                    load.awaitMark(version);
                }
            }
            stage.awaitDrivers(1);
        }
    }

    @Test
    public void node_whenANewerJarIsLaidBeside_isHandedOverAndBackWhenItGoes() throws IOException {
        try (Stage stage = new Stage()) {
            stage.serve(1);
            try (Load load = new Load(stage.layer(), "disk")) {
                load.awaitMark(1);
                stage.deploy("newer.jar", 2);
                load.awaitMark(2);
                stage.remove("newer.jar");
                load.awaitMark(1);
            }
        }
    }

    @Test
    public void node_whenAnOlderJarIsLaidBeside_staysAsItIs() throws IOException {
        try (Stage stage = new Stage()) {
            stage.serve(2);
            stage.deploy("older.jar", 1);
            stage.awaitDrivers(2);
            try (Reader reader = new Reader(stage.layer(), "disk")) {
                assertEquals(2, reader.read());
            }
        }
    }

    @Test
    public void node_whenItsDriverGoesAndReturns_waitsAndGoesOn() throws IOException {
        try (Stage stage = new Stage()) {
            stage.serve(1);
            try (Load load = new Load(stage.layer(), "disk")) {
                load.awaitMark(1);
                stage.remove("driver.jar");
                stage.awaitDrivers(0);
                stage.deploy("driver.jar", 2);
                load.awaitMark(2);
            }
        }
    }

    @Test
    public void node_whenItsDriverStaysAway_failsWithTheReasonAndGoesOnWhenItReturns()
            throws IOException {
        try (Stage stage = new Stage()) {
            stage.serve(1);
            try (Reader reader = new Reader(stage.layer(), "disk")) {
                assertEquals(1, reader.read());
                stage.remove("driver.jar");
                stage.awaitDrivers(0);

                BlockException failed = assertThrows(BlockException.class, reader::read);
                assertEquals(BlockException.Kind.GONE, failed.kind(), failed::toString);
                assertTrue(failed.getMessage().contains("marked"), failed::getMessage);
            }
            stage.deploy("driver.jar", 2);
            stage.awaitDrivers(1);
            try (Load load = new Load(stage.layer(), "disk")) {
                load.awaitMark(2);
            }
        }
    }

    @Test
    public void driver_whenItIsReplaced_isClosedOnceAndAfterItsLastNode() throws IOException {
        try (Stage stage = new Stage()) {
            stage.serve(1);
            stage.deploy("driver.jar", 2);
            stage.awaitClosed("node1 driver1");
            stage.layer().delete("disk");
            stage.awaitClosed("node1 driver1 node2");
            stage.remove("driver.jar");
            stage.awaitClosed("node1 driver1 node2 driver2");
        }
    }

    @Test
    public void driver_whenItGoesUnderALiveNode_isClosedOnceAndAfterThat() throws IOException {
        try (Stage stage = new Stage()) {
            stage.serve(1);
            stage.remove("driver.jar");
            stage.awaitClosed("node1 driver1");
            stage.deploy("driver.jar", 2);
            stage.awaitDrivers(1);
            try (Reader reader = new Reader(stage.layer(), "disk")) {
                assertEquals(2, reader.read());
            }
            stage.layer().delete("disk");
            stage.awaitClosed("node1 driver1 node2");
        }
    }

    @Test
    public void jar_thatIsNoBundle_disturbsNobody() throws IOException {
        try (Stage stage = new Stage()) {
            stage.deployNonsense("broken.jar");
            stage.serve(1);
            try (Reader reader = new Reader(stage.layer(), "disk")) {
                assertEquals(1, reader.read());
            }
        }
    }
}
