// The tar writer is read back by the machine's own tar, and ldd's output by our reader.
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { test } from "node:test"
import { libraryPaths } from "./libraries.ts"
import { tar } from "./tar.ts"

const list = (archive: Uint8Array): string[] => {
  const { stdout, stderr, status } = spawnSync("tar", ["-tvf", "-", "--numeric-owner", "--utc"], {
    input: archive,
    encoding: "utf8",
  })
  assert.equal(status, 0, stderr)
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.replace(/\s+/g, " "))
}

test("files, folders and links come out as they went in, with the folders above them", () => {
  const archive = tar([
    { path: "tmp", folder: true, mode: 0o1777 },
    { path: "bin/busybox", content: Buffer.from("program"), executable: true },
    { path: "bin/sh", link: "/bin/busybox" },
    { path: "etc/passwd", content: Buffer.from("x") },
  ])
  assert.deepEqual(list(archive), [
    "drwxrwxrwt 0/0 0 1970-01-01 00:00 tmp/",
    "drwxr-xr-x 0/0 0 1970-01-01 00:00 bin/",
    "-rwxr-xr-x 0/0 7 1970-01-01 00:00 bin/busybox",
    "lrwxr-xr-x 0/0 0 1970-01-01 00:00 bin/sh -> /bin/busybox",
    "drwxr-xr-x 0/0 0 1970-01-01 00:00 etc/",
    "-rw-r--r-- 0/0 1 1970-01-01 00:00 etc/passwd",
  ])
})

test("a long path is kept whole, one that does not fit is refused", () => {
  const long = `${"d".repeat(90)}/${"f".repeat(90)}`
  assert.ok(
    list(tar([{ path: long, content: Buffer.alloc(0) }]))
      .at(-1)
      ?.endsWith(` ${long}`),
  )
  assert.throws(() => tar([{ path: "f".repeat(101), content: Buffer.alloc(0) }]), /too long/)
})

test("ldd's lines give the paths of libraries and loader", () => {
  const output = `\tlinux-vdso.so.1 (0x00007ffd)
\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f12)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f34)
`
  assert.deepEqual(libraryPaths(output), ["/lib/x86_64-linux-gnu/libm.so.6", "/lib64/ld-linux-x86-64.so.2"])
  assert.throws(() => libraryPaths("\tlibodd.so.1 => not found\n"), /libodd\.so\.1/)
})
