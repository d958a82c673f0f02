package org.ashlar.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A filter passes on whatever a node can be asked, also what is added to nodes later. */
class FilterNodeTest {

    /** What is each node's own: it concerns the node itself, or what it holds by itself. */
    private static final Set<String> PER_NODE =
            Set.of(
                    "permissionsOn",
                    "holdPermissions",
                    "prepareReopen",
                    "inactivate",
                    "activate",
                    "handOver",
                    "close");

    private final List<String> calls = new ArrayList<>();
    private final Child next = proxy(Child.class, this::answer);
    private final Request request = proxy(Request.class, (_, _, _) -> "request");
    private final FilterNode filter = new FilterNode(next) {};

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @SuppressWarnings("ReferenceEquality") // a proxy equals itself alone
    private Object answer(Object proxy, Method method, Object[] arguments) {
        boolean asksTheNode = arguments != null && !method.getName().equals("equals");
        if (asksTheNode) {
            calls.add(method.getName() + Arrays.toString(arguments));
        }
        return switch (method.getName()) {
            case "name", "toString" -> "file";
            case "equals" -> proxy == arguments[0];
            case "length" -> 4096L;
            case "facet" -> Optional.of("the child's");
            default -> Optional.empty();
        };
    }

    private static Set<String> namesOf(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> !method.isSynthetic())
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyMethodOfANode_isForwarded_orIsEachNodesOwn() {
        Set<String> expected = namesOf(BlockNode.class);
        assertTrue(expected.containsAll(PER_NODE), "what is listed exists: " + expected);
        expected.removeAll(PER_NODE);
        assertEquals(expected, namesOf(FilterNode.class));
    }

    @Test
    void request_isPassedOnAsItIs() throws Exception {
        MemorySegment memory = MemorySegment.ofArray(new byte[8]);
        filter.read(request, 1, memory);
        filter.write(request, 2, memory, IoFlags.FUA);
        filter.zero(request, 3, 4, IoFlags.MAY_UNMAP);
        filter.discard(request, 5, 6);
        filter.flush(request);
        filter.truncate(request, 7, Preallocation.FULL);
        assertEquals(4096, filter.length(request));
        assertEquals(
                List.of(
                        "read" + List.of(request, 1L, memory),
                        "write" + List.of(request, 2L, memory, IoFlags.FUA),
                        "zero" + List.of(request, 3L, 4L, IoFlags.MAY_UNMAP),
                        "discard" + List.of(request, 5L, 6L),
                        "flush" + List.of(request),
                        "truncate" + List.of(request, 7L, Preallocation.FULL),
                        "length" + List.of(request)),
                calls);
    }

    @Test
    void extent_saysWhereInTheChildTheBytesAre_andNotBeyondItsEnd() throws Exception {
        assertEquals(new Extent.Mapped(96, next, 4000), filter.extentAt(request, 4000, 1000));
        assertEquals(new Extent.Mapped(10, next, 0), filter.extentAt(request, 0, 10));
    }

    @Test
    void capabilities_areTheChilds() {
        Capabilities ofChild = Capabilities.READ_ONLY.withAlignment(512).withMaxTransfer(4096);
        assertSame(ofChild, filter.capabilities(Map.of("file", ofChild)));
    }

    @Test
    void facet_isTheFiltersOwn_orElseTheChilds() {
        assertEquals(Optional.of(filter), filter.facet(request, FilterNode.class));
        assertEquals(Optional.of("the child's"), filter.facet(request, String.class));
    }
}
