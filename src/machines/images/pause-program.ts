// The program of the pause container as bytes: a static ELF executable that ignores SIGCHLD (so that the kernel takes
// away the dead of a task that shares its pid namespace) and waits for ever, for the two processors that Fargate has.
// Written out here because a fresh machine has no compiler and no registry.

/** Processors by Node's names for them. */
export type Processor = "x64" | "arm64"

/** `struct sigaction` of the kernel with the handler SIG_IGN, at the end of the code. */
const ignore = [1, ...Array<number>(31).fill(0)]

const codeOf: { readonly [P in Processor]: { readonly machine: number; readonly code: readonly number[] } } = {
  x64: {
    machine: 62,
    code: [
      // rt_sigaction(SIGCHLD, &ignore, NULL, 8): mov eax, 13; mov edi, 17; lea rsi, [rip+19]; xor edx, edx;
      // mov r10d, 8; syscall
      ...[0xb8, 0x0d, 0x00, 0x00, 0x00],
      ...[0xbf, 0x11, 0x00, 0x00, 0x00],
      ...[0x48, 0x8d, 0x35, 0x13, 0x00, 0x00, 0x00],
      ...[0x31, 0xd2],
      ...[0x41, 0xba, 0x08, 0x00, 0x00, 0x00],
      ...[0x0f, 0x05],
      // again: mov eax, 34 (pause); syscall; jmp again
      ...[0xb8, 0x22, 0x00, 0x00, 0x00],
      ...[0x0f, 0x05],
      ...[0xeb, 0xf7],
      ...ignore,
    ],
  },
  arm64: {
    machine: 183,
    code: [
      // rt_sigaction(SIGCHLD, &ignore, NULL, 8): mov x0, #17; adr x1, .+48; mov x2, #0; mov x3, #8; mov x8, #134; svc #0
      ...[0x20, 0x02, 0x80, 0xd2],
      ...[0x81, 0x01, 0x00, 0x10],
      ...[0x02, 0x00, 0x80, 0xd2],
      ...[0x03, 0x01, 0x80, 0xd2],
      ...[0xc8, 0x10, 0x80, 0xd2],
      ...[0x01, 0x00, 0x00, 0xd4],
      // There is no pause(2) here: ppoll(NULL, 0, NULL, NULL) waits for a signal just so.
      // again: mov x0, #0; mov x1, #0; mov x2, #0; mov x3, #0; mov x8, #73; svc #0; b again
      ...[0x00, 0x00, 0x80, 0xd2],
      ...[0x01, 0x00, 0x80, 0xd2],
      ...[0x02, 0x00, 0x80, 0xd2],
      ...[0x03, 0x00, 0x80, 0xd2],
      ...[0x28, 0x09, 0x80, 0xd2],
      ...[0x01, 0x00, 0x00, 0xd4],
      ...[0xfa, 0xff, 0xff, 0x17],
      ...ignore,
    ],
  },
}

const fileHeader = 64
const programHeader = 56
/** Where the file is mapped: above the lowest pages, as linkers do. */
const base = 0x400000n

/** The whole executable, some 200 bytes. */
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
