// Why a data folder cannot be opened. `main/` turns each into a message and an exit code. They are also sent from
// worker threads, where an error keeps only what it is made of again.

/** Another process has the data folder. */
export class DataFolderInUse extends Error {
  readonly file: string
  /** The holder, when it has said so. */
  readonly pid: number | undefined

  constructor(file: string, pid?: number) {
    super(`${file} is in use by ${pid === undefined ? "another process" : `process ${pid}`}`)
    this.name = "DataFolderInUse"
    this.file = file
    this.pid = pid
  }
}

/** What is stored cannot be read. `what` begins the message: a file, or a row in it. */
export class DataFolderCorrupt extends Error {
  readonly what: string
  readonly reason: string | undefined

  constructor(what: string, reason?: string) {
    super(`${what} cannot be read: it is damaged, or not Roadstead's${reason === undefined ? "" : ` (${reason})`}`)
    this.name = "DataFolderCorrupt"
    this.what = what
    this.reason = reason
  }
}

/** A newer release of Roadstead wrote it. */
export class DataFolderTooNew extends Error {
  readonly what: string

  constructor(what: string) {
    super(`The data folder was written by a newer release of Roadstead: ${what}. Use that release, or another folder`)
    this.name = "DataFolderTooNew"
    this.what = what
  }
}

/** An error as a worker thread sends it. */
export type SentError =
  | { readonly kind: "in-use"; readonly file: string; readonly pid: number | undefined }
  | { readonly kind: "corrupt"; readonly what: string; readonly reason: string | undefined }
  | { readonly kind: "too-new"; readonly what: string }
  | { readonly kind: "other"; readonly message: string }

export const sendError = (thrown: unknown): SentError => {
  if (thrown instanceof DataFolderInUse) return { kind: "in-use", file: thrown.file, pid: thrown.pid }
  if (thrown instanceof DataFolderCorrupt) return { kind: "corrupt", what: thrown.what, reason: thrown.reason }
  if (thrown instanceof DataFolderTooNew) return { kind: "too-new", what: thrown.what }
  return { kind: "other", message: thrown instanceof Error ? thrown.message : String(thrown) }
}

export const receiveError = (sent: SentError): Error => {
  switch (sent.kind) {
    case "in-use":
      return new DataFolderInUse(sent.file, sent.pid)
    case "corrupt":
      return new DataFolderCorrupt(sent.what, sent.reason)
    case "too-new":
      return new DataFolderTooNew(sent.what)
    case "other":
      return new Error(sent.message)
  }
}
