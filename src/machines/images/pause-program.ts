// The program of the pause container as bytes: a static ELF executable that waits until it is told to end, for the two
// processors that Fargate has. It ends at once on SIGTERM, although it is the first process of its pid namespace, and
// ignores SIGCHLD, so that the kernel takes away the dead of a task that shares its pid namespace. Written out here
// because a fresh machine has no compiler and no registry.

/** Processors by Node's names for them. */
export type Processor = "x64" | "arm64"

/** `struct sigaction` of the kernel with the handler SIG_IGN, 32 bytes; then a signal set of SIGINT and SIGTERM. */
const data = [1, ...Array<number>(31).fill(0), ...[0x02, 0x40, 0, 0, 0, 0, 0, 0]]

// Both programs are 88 bytes of code and then the data:
//   rt_sigaction(SIGCHLD, &ignore, NULL, 8)
//   rt_sigprocmask(SIG_BLOCK, &set, NULL, 8)      blocked signals reach even the first process of a pid namespace
//   do n = rt_sigtimedwait(&set, NULL, NULL, 8) while (n < 0)
//   exit_group(0)
const codeOf: { readonly [P in Processor]: { readonly machine: number; readonly code: readonly number[] } } = {
  x64: {
    machine: 62,
    code: [
      // mov eax, 13; mov edi, 17; lea rsi, [rip+71]; xor edx, edx; mov r10d, 8; syscall
      ...[0xb8, 0x0d, 0x00, 0x00, 0x00],
      ...[0xbf, 0x11, 0x00, 0x00, 0x00],
      ...[0x48, 0x8d, 0x35, 0x47, 0x00, 0x00, 0x00],
      ...[0x31, 0xd2],
      ...[0x41, 0xba, 0x08, 0x00, 0x00, 0x00],
      ...[0x0f, 0x05],
      // mov eax, 14; xor edi, edi; lea rsi, [rip+79]; xor edx, edx; mov r10d, 8; syscall
      ...[0xb8, 0x0e, 0x00, 0x00, 0x00],
      ...[0x31, 0xff],
      ...[0x48, 0x8d, 0x35, 0x4f, 0x00, 0x00, 0x00],
      ...[0x31, 0xd2],
      ...[0x41, 0xba, 0x08, 0x00, 0x00, 0x00],
      ...[0x0f, 0x05],
      // again: mov eax, 128; lea rdi, [rip+57]; xor esi, esi; xor edx, edx; mov r10d, 8; syscall
      ...[0xb8, 0x80, 0x00, 0x00, 0x00],
      ...[0x48, 0x8d, 0x3d, 0x39, 0x00, 0x00, 0x00],
      ...[0x31, 0xf6],
      ...[0x31, 0xd2],
      ...[0x41, 0xba, 0x08, 0x00, 0x00, 0x00],
      ...[0x0f, 0x05],
      // test eax, eax; jle again
      ...[0x85, 0xc0],
      ...[0x7e, 0xe4],
      // mov eax, 231; xor edi, edi; syscall
      ...[0xb8, 0xe7, 0x00, 0x00, 0x00],
      ...[0x31, 0xff],
      ...[0x0f, 0x05],
      ...data,
    ],
  },
  arm64: {
    machine: 183,
    code: [
      // mov x0, #17; adr x1, .+84; mov x2, #0; mov x3, #8; mov x8, #134; svc #0
      ...[0x20, 0x02, 0x80, 0xd2],
      ...[0xa1, 0x02, 0x00, 0x10],
      ...[0x02, 0x00, 0x80, 0xd2],
      ...[0x03, 0x01, 0x80, 0xd2],
      ...[0xc8, 0x10, 0x80, 0xd2],
      ...[0x01, 0x00, 0x00, 0xd4],
      // mov x0, #0; adr x1, .+92; mov x2, #0; mov x3, #8; mov x8, #135; svc #0
      ...[0x00, 0x00, 0x80, 0xd2],
      ...[0xe1, 0x02, 0x00, 0x10],
      ...[0x02, 0x00, 0x80, 0xd2],
      ...[0x03, 0x01, 0x80, 0xd2],
      ...[0xe8, 0x10, 0x80, 0xd2],
      ...[0x01, 0x00, 0x00, 0xd4],
      // again: adr x0, .+72; mov x1, #0; mov x2, #0; mov x3, #8; mov x8, #137; svc #0
      ...[0x40, 0x02, 0x00, 0x10],
      ...[0x01, 0x00, 0x80, 0xd2],
      ...[0x02, 0x00, 0x80, 0xd2],
      ...[0x03, 0x01, 0x80, 0xd2],
      ...[0x28, 0x11, 0x80, 0xd2],
      ...[0x01, 0x00, 0x00, 0xd4],
      // tbnz x0, #63, again
      ...[0x40, 0xff, 0xff, 0xb7],
      // mov x0, #0; mov x8, #94; svc #0
      ...[0x00, 0x00, 0x80, 0xd2],
      ...[0xc8, 0x0b, 0x80, 0xd2],
      ...[0x01, 0x00, 0x00, 0xd4],
      ...data,
    ],
  },
}

const fileHeader = 64
const programHeader = 56
/** Where the file is mapped: above the lowest pages, as linkers do. */
const base = 0x400000n

/** The whole executable, 248 bytes. */
export const pauseProgram = (processor: Processor): Buffer => {
  const { machine, code } = codeOf[processor]
  const start = fileHeader + programHeader
  const size = start + code.length
  const file = Buffer.alloc(size)
  // e_ident: 64 bit, little endian, version 1.
  file.write("\x7fELF", 0, "latin1")
  file.set([2, 1, 1], 4)
  file.writeUInt16LE(2, 16) // e_type: executable
  file.writeUInt16LE(machine, 18)
  file.writeUInt32LE(1, 20) // e_version
  file.writeBigUInt64LE(base + BigInt(start), 24) // e_entry
  file.writeBigUInt64LE(BigInt(fileHeader), 32) // e_phoff
  file.writeUInt16LE(fileHeader, 52) // e_ehsize
  file.writeUInt16LE(programHeader, 54) // e_phentsize
  file.writeUInt16LE(1, 56) // e_phnum
  file.writeUInt32LE(1, 64) // p_type: load
  file.writeUInt32LE(5, 68) // p_flags: read and execute
  file.writeBigUInt64LE(0n, 72) // p_offset
  file.writeBigUInt64LE(base, 80) // p_vaddr
  file.writeBigUInt64LE(base, 88) // p_paddr
  file.writeBigUInt64LE(BigInt(size), 96) // p_filesz
  file.writeBigUInt64LE(BigInt(size), 104) // p_memsz
  file.writeBigUInt64LE(0x1000n, 112) // p_align
  file.set(code, start)
  return file
}
