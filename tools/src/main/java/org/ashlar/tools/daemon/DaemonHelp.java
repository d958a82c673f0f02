package org.ashlar.tools.daemon;

import org.ashlar.tools.Terminal;

/** What {@code daemon --help} prints. Stateless. */
final class DaemonHelp {

    private DaemonHelp() {}

    static void print(Terminal terminal) {
        terminal.out()
                .print(
                        """
                        Usage: %s [options]
                        Serves a graph of images, controlled over QMP, until it is told to quit.
                        Options are carried out in the order they are given.

                          --blockdev [driver=]DRIVER,node-name=NAME[,read-only=on|off]
                                     [,auto-read-only=on|off][,discard=ignore|unmap]
                                     [,cache.direct=on|off][,cache.no-flush=on|off]
                                     [,force-share=on|off][,detect-zeroes=on|off|unmap]
                                     [,options of the driver...]
                                             open a node; also as a JSON object
                          --nbd-server addr.type=unix,addr.path=PATH[,max-connections=N]
                          --nbd-server addr.type=inet,addr.host=HOST,addr.port=PORT[,...]
                                             listen for NBD clients
                          --export [type=]nbd,id=ID,node-name=NAME[,name=EXPORT][,writable=on|off]
                                             offer a node to clients
                          --chardev socket,id=ID,path=PATH[,server=on|off][,wait=on|off]
                          --chardev socket,id=ID,host=HOST,port=PORT[,server=on|off][,wait=on|off]
                                             [,reconnect=SECONDS]
                          --chardev stdio|null,id=ID
                                             describe a character device
                          --monitor [chardev=]ID[,mode=control][,pretty=on|off]
                                             speak QMP on a character device
                          --object TYPE,id=ID[,...]
                                             create an object; --object help lists the types
                          --pidfile PATH     write the process's id to a file once all is started
                          --daemonize        go to the background once all is started
                          -T, --trace WHAT   accepted, without effect
                          -h, --help         show this
                          -V, --version      show the version

                        Example:
                          %1$s --blockdev file,node-name=f,filename=disk.qcow2 \\
                              --blockdev qcow2,node-name=disk,file=f \\
                              --nbd-server addr.type=unix,addr.path=nbd.sock \\
                              --export nbd,id=e,node-name=disk,name=disk,writable=on \\
                              --chardev socket,id=c,path=qmp.sock,server=on,wait=off --monitor c
                        """
                                .formatted(terminal.program()));
    }
}
