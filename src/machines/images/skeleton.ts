// What every root file system that we make has: name lookup for libc, a writable /tmp, users root and nobody.
import type { TarEntry } from "./tar.ts"

export const skeleton: readonly TarEntry[] = [
  { path: "tmp", folder: true, mode: 0o1777 },
  { path: "etc/passwd", content: Buffer.from("root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n") },
  { path: "etc/group", content: Buffer.from("root:x:0:\nnogroup:x:65534:\n") },
  { path: "etc/nsswitch.conf", content: Buffer.from("hosts: files dns\n") },
]
