package org.ashlar.itest.osgi;

import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.systemPackage;
import static org.ops4j.pax.exam.CoreOptions.url;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.ashlar.dist.SystemPackages;
import org.ashlar.itest.harness.Product;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.ops4j.pax.exam.ExamSystem;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.TestAddress;
import org.ops4j.pax.exam.TestContainer;
import org.ops4j.pax.exam.TestContainerException;
import org.ops4j.pax.exam.TestProbeBuilder;
import org.ops4j.pax.exam.spi.PaxExamRuntime;

/**
 * Runs the tests of a class inside a framework that holds the product's bundles: public methods
 * without arguments. JUnit asks, Pax Exam carries out. Confined to the test's thread; one instance
 * for a class.
 */
public final class InFramework
        implements BeforeAllCallback, AfterAllCallback, InvocationInterceptor {

    /** What JUnit's tests use, and slf4j under the version that Pax Exam's own bundles want. */
    private static final String FOR_TESTS =
            "org.slf4j;version=1.7.36,org.junit.jupiter.api,org.junit.jupiter.api.function,org.junit.jupiter.api.extension,org.opentest4j";

    private final Map<String, TestAddress> addresses = new HashMap<>();
    private TestContainer container;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        ExamSystem system = PaxExamRuntime.createTestSystem(options());
        TestProbeBuilder probe = system.createProbe();
        Class<?> tests = context.getRequiredTestClass();
        for (Method method : tests.getMethods()) {
            if (method.isAnnotationPresent(Test.class)) {
                addresses.put(method.getName(), probe.addTest(tests, method.getName()));
            }
        }
        container = PaxExamRuntime.createContainer(system);
        container.start();
        container.installProbe(probe.build().getStream());
    }

    private static Option[] options() throws IOException {
        List<Option> options = new ArrayList<>();
        options.add(systemPackage(SystemPackages.extra() + "," + FOR_TESTS));
        options.add(frameworkProperty("felix.service.urlhandlers").value("false"));
        options.add(
                frameworkProperty("ashlar.deploy")
                        .value(Files.createTempDirectory("deploy").toString()));
        options.add(frameworkProperty("ashlar.orphan-limit").value("5"));
        try (Stream<Path> jars = Files.list(Product.assembled().home().resolve("bundles"))) {
            jars.forEach(jar -> options.add(url("reference:" + jar.toUri())));
        }
        return options.toArray(Option[]::new);
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        invocation.skip();
        try {
            container.call(addresses.get(method.getExecutable().getName()));
        } catch (TestContainerException e) {
            throw whatTheTestThrew(e);
        }
    }

    private static Throwable whatTheTestThrew(TestContainerException wrapped) {
        Throwable thrown = wrapped;
        while (thrown.getCause() != null
                && (thrown instanceof TestContainerException
                        || thrown instanceof InvocationTargetException)) {
            thrown = thrown.getCause();
        }
        return thrown;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        container.stop();
    }
}
