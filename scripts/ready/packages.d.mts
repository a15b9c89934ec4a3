// Types of packages.mjs, for the test that imports it: the script itself must run before there is a compiler.
export interface LockEntry {
  readonly version?: string
  readonly optional?: boolean
  readonly link?: boolean
}
export function installPackages(root: string): void
export function inStep(
  locked: Readonly<Record<string, LockEntry>>,
  installed: Readonly<Record<string, LockEntry>>,
): boolean
