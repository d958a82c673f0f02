package org.ashlar.core.internal.osgi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One jar of the watched folder and the bundles that came of it. Confined to the watcher's scans.
 *
 * <ul>
 *   <li>I1: {@code serving} was started; {@code waiting} is installed, newer, and not started yet.
 *   <li>I2: {@code serving} is given up only after its successor has started and its plugins could
 *       be made, or with the jar.
 * </ul>
 */
final class DeployedJar {
    /**
     * Bundles of the watcher have locations that begin so; the content's hash follows, and a
     * number.
     */
    static final String LOCATION = "ashlar-deploy:";

    private static final Logger LOG = LoggerFactory.getLogger(DeployedJar.class);

    private final Path file;
    private final BundleContext context;
    private final PluginExtender extender;

    private Optional<Stamp> seen = Optional.empty();
    private Optional<Stamp> taken = Optional.empty();
    private Optional<Bundle> serving = Optional.empty();
    private Optional<Bundle> waiting = Optional.empty();
    private String complaint = "";

    DeployedJar(Path file, BundleContext context, PluginExtender extender) {
        this.file = file;
        this.context = context;
        this.extender = extender;
    }

    /** Returns whether a bundle came of a jar of that name, in whatever version. */
    static boolean isOf(Path file, Bundle bundle) {
        return bundle.getLocation().startsWith(LOCATION + file.getFileName() + "#");
    }

    /** Takes over a bundle of an earlier run; of several the one installed last serves. */
    void adopt(Bundle bundle) {
        Optional<Bundle> before = serving;
        if (before.isPresent() && before.get().getBundleId() > bundle.getBundleId()) {
            uninstall(bundle);
            return;
        }
        before.ifPresent(DeployedJar::uninstall);
        serving = Optional.of(bundle);
        try {
            bundle.start();
        } catch (BundleException | RuntimeException e) {
            complain(e);
        }
    }

    /** What tells one version of a file from another without reading it. Immutable. */
    private record Stamp(long size, long modified, String key) {
        static Stamp of(Path file) throws IOException {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(
                    now.size(), now.lastModifiedTime().toMillis(), String.valueOf(now.fileKey()));
        }
    }

    /** Installs the jar if it has changed and no longer changes; returns whether it did. */
    boolean installIfNew() {
        try {
            Optional<Stamp> now = Optional.of(Stamp.of(file));
            boolean settled = now.equals(seen);
            seen = now;
            if (!settled || now.equals(taken)) {
                return false;
            }
            taken = now;
            complaint = "";
            return install();
        } catch (NoSuchFileException gone) {
            LOG.debug("{} went while it was looked at", name());
            return false;
        } catch (IOException | BundleException | RuntimeException e) {
            complain(e);
            return false;
        }
    }

    private boolean install() throws IOException, BundleException {
        String content = LOCATION + file.getFileName() + "#" + hash() + "#";
        if (serving.isPresent() && serving.get().getLocation().startsWith(content)) {
            return false;
        }
        waiting.ifPresent(DeployedJar::uninstall);
        waiting = Optional.empty();
        try (InputStream jar = Files.newInputStream(file)) {
            Bundle installed = context.installBundle(freeLocation(content), jar);
            if (installed.getSymbolicName() == null) {
                installed.uninstall();
                throw new BundleException("not a bundle: no Bundle-SymbolicName in its manifest");
            }
            waiting = Optional.of(installed);
        }
        return true;
    }

    /** Returns a location that no bundle has: one of the same content may be there, retiring. */
    private String freeLocation(String content) {
        int number = 0;
        while (context.getBundle(content + number) != null) {
            number++;
        }
        return content + number;
    }

    private String hash() throws IOException {
        try (DigestInputStream content =
                new DigestInputStream(
                        Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            content.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(content.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Starts what is installed and not started yet; returns what it replaces, to retire. */
    Optional<Bundle> startWaiting() {
        if (waiting.isEmpty()) {
            return Optional.empty();
        }
        Bundle next = waiting.get();
        try {
            next.start();
        } catch (BundleException | RuntimeException e) {
            complain(e);
            return Optional.empty();
        }
        waiting = Optional.empty();
        if (extender.hasFailed(next)) {
            uninstall(next); // I2; the extender has said why
            return Optional.empty();
        }
        LOG.info(
                "{}: {} {} started{}",
                name(),
                next.getSymbolicName(),
                next.getVersion(),
                extender.hasPlugins(next) ? "" : ", which names no plugin");
        Optional<Bundle> old = serving;
        serving = Optional.of(next);
        complaint = "";
        return old;
    }

    /** Uninstalls what was not started yet; returns what serves, to go as the jar has gone. */
    Optional<Bundle> remove() {
        waiting.ifPresent(DeployedJar::uninstall);
        Optional<Bundle> last = serving;
        waiting = Optional.empty();
        serving = Optional.empty();
        return last;
    }

    /** Uninstalls a bundle, whatever state it is in; that it cannot be stopped is logged. */
    static void uninstall(Bundle bundle) {
        try {
            if (bundle.getState() != Bundle.UNINSTALLED) {
                bundle.uninstall();
                LOG.info("{} {} uninstalled", bundle.getSymbolicName(), bundle.getVersion());
            }
        } catch (BundleException | IllegalStateException e) {
            LOG.error("{} cannot be uninstalled: {}", bundle.getSymbolicName(), e.getMessage());
        }
    }

    private String name() {
        return file.getFileName().toString();
    }

    /** Says once what is wrong with this version of the jar. */
    private void complain(Exception e) {
        String cause = e.getCause() == null ? "" : ": " + e.getCause().getMessage();
        String reason = (e.getMessage() + cause).replaceAll("\\s+", " ");
        if (!reason.equals(complaint)) {
            complaint = reason;
            LOG.error("{}: {}", name(), reason);
        }
    }
}
