// Which of those that share a port a name belongs to. Pure: from the names that each has.

/** `*` and `?` as in conditions of rules: `*.example.com` is any name below, `api-?.example.com` one character. */
const pattern = (name: string): RegExp =>
  new RegExp(
    `^${name
      .replace(/[.+^${}()|[\]\\/-]/g, "\\$&")
      .replace(/\*+/g, ".*")
      .replace(/\?/g, ".")}$`,
    "s",
  )

/** Finds owners by names. The first one of equal names counts. */
export class Names<Owner> {
  readonly #exact = new Map<string, Owner>()
  readonly #patterns: { readonly matches: RegExp; readonly owner: Owner; readonly length: number }[] = []

  add(owner: Owner, names: readonly string[]): void {
    for (const name of names) {
      if (!/[*?]/.test(name)) {
        if (!this.#exact.has(name)) this.#exact.set(name, owner)
        continue
      }
      this.#patterns.push({ matches: pattern(name), owner, length: name.length })
    }
    // The more that is said, the more that name is meant.
    this.#patterns.sort((a, b) => b.length - a.length)
  }

  ownerOf(name: string): Owner | undefined {
    return this.#exact.get(name) ?? this.#patterns.find(({ matches }) => matches.test(name))?.owner
  }
}
