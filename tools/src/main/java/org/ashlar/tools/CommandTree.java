package org.ashlar.tools;

/** The tree of commands, as {@code --help} shows it. Stateless. */
final class CommandTree {

    private CommandTree() {}

    static void print(Terminal terminal) {
        terminal.out()
                .print(
                        """
                        Usage: ashlar COMMAND [OPTIONS]...

                        ashlar
                        ├── img          make, examine, compare and convert images (as qemu-img)
                        │   ├── create     ashlar img create -f qcow2 disk.qcow2 10G
                        │   ├── info       ashlar img info --output=json disk.qcow2
                        │   ├── check      ashlar img check disk.qcow2
                        │   ├── map        ashlar img map --output=json disk.qcow2
                        │   ├── compare    ashlar img compare a.qcow2 b.raw
                        │   ├── convert    ashlar img convert -p -O qcow2 disk.raw disk.qcow2
                        │   └── resize     ashlar img resize disk.qcow2 +5G
                        ├── io           read and write an image by commands (as qemu-io)
                        │                  ashlar io -c 'write -P 0x11 0 64k' -c 'read -v 0 16' disk.qcow2
                        ├── nbd          serve one image over NBD (as qemu-nbd)
                        │                  ashlar nbd -f qcow2 -t -k /tmp/disk.sock disk.qcow2
                        ├── daemon       serve a graph of images, controlled over QMP (as qemu-storage-daemon)
                        │                  ashlar daemon --blockdev file,node-name=f,filename=disk.raw \\
                        │                      --nbd-server addr.type=unix,addr.path=/tmp/d.sock \\
                        │                      --export nbd,id=e,node-name=f,name=disk,writable=on
                        └── serve        serve an image, or a sample, and say how to connect
                                           ashlar serve disk.qcow2

                          -h, --help     show this; 'ashlar COMMAND --help' shows a command's options
                          -V, --version  show the version
                        """);
    }
}
