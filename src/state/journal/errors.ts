// Why a data folder cannot be opened. `main/` turns each into a message and an exit code.

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
  constructor(what: string, options: { readonly cause?: unknown } = {}) {
    const reason = options.cause instanceof Error ? ` (${options.cause.message})` : ""
    super(`${what} cannot be read: it is damaged, or not Roadstead's${reason}`, options)
    this.name = "DataFolderCorrupt"
  }
}

/** A newer release of Roadstead wrote it. */
export class DataFolderTooNew extends Error {
  constructor(what: string) {
    super(`The data folder was written by a newer release of Roadstead: ${what}. Use that release, or another folder`)
    this.name = "DataFolderTooNew"
  }
}
