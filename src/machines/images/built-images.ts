// Images for examples, the demo and tests, made from programs of this machine, because no registry can be assumed:
// Node with an app, and busybox where a shell is needed.
import { existsSync, readFileSync } from "node:fs"
import { type Docker, importImage } from "../../docker/index.ts"
import { librariesOf } from "./libraries.ts"
import { skeleton } from "./skeleton.ts"
import { type TarEntry, tar } from "./tar.ts"

/** `repository:tag` in its parts; the tag is `latest` when there is none. */
const splitName = (name: string): { repository: string; tag: string } => {
  const colon = name.lastIndexOf(":")
  return colon > name.lastIndexOf("/")
    ? { repository: name.slice(0, colon), tag: name.slice(colon + 1) }
    : { repository: name, tag: "latest" }
}

const filesOf = (files: Readonly<Record<string, string | Uint8Array>>): TarEntry[] =>
  Object.entries(files).map(([path, content]) => ({
    path: path.replace(/^\/+/, ""),
    content: typeof content === "string" ? Buffer.from(content) : content,
  }))

export interface NodeImage {
  /** `repository:tag`. */
  readonly name: string
  /** Path in the image → content. */
  readonly files: Readonly<Record<string, string | Uint8Array>>
  /** The default command, run by Node: `["/app/server.mjs"]`. */
  readonly command?: readonly string[]
  /** The Node binary to put in; by default the one that runs this. */
  readonly node?: string
}

/** Makes an image of the Node binary, the libraries it needs and `files`. Its entry point is `/usr/bin/node`. */
export const nodeImage = async (docker: Docker, image: NodeImage): Promise<void> => {
  const node = image.node ?? process.execPath
  if (process.platform !== "linux" && image.node === undefined)
    throw new Error(`this machine's Node is a program for ${process.platform}: no image can be made of it`)
  const entries = [
    ...skeleton,
    { path: "usr/bin/node", content: readFileSync(node), executable: true },
    ...(await librariesOf(node)),
    ...filesOf(image.files),
  ]
  await importImage(docker, {
    ...splitName(image.name),
    tar: tar(entries),
    changes: [
      "ENV PATH=/usr/local/bin:/usr/bin:/bin",
      'ENTRYPOINT ["/usr/bin/node"]',
      `CMD ${JSON.stringify(image.command ?? Object.keys(image.files).slice(0, 1))}`,
    ],
  })
}

export interface BusyboxImage {
  /** `repository:tag`. */
  readonly name: string
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  /** The program, which must be static; by default /bin/busybox. */
  readonly busybox?: string
}

/** The commands that get a link of their own; busybox has more, as `busybox <command>`. */
const commands =
  "sh ash cat cp cut date dd df echo env expr false free grep head hostname id ip kill killall ls mkdir mount mv nc nslookup ping printf ps pwd rm rmdir route sed seq sleep sort stat sync tail tee test time timeout top touch tr true tty uname uniq usleep vi wc wget which whoami xargs yes".split(
    " ",
  )

/** Makes an image of a static busybox with `/bin/sh` and the usual commands. Throws when the machine has no busybox. */
export const busyboxImage = async (docker: Docker, image: BusyboxImage): Promise<void> => {
  const busybox = image.busybox ?? ["/bin/busybox", "/usr/bin/busybox"].find((path) => existsSync(path))
  if (!busybox) throw new Error("there is no /bin/busybox on this machine: apt-get install busybox-static")
  const entries: TarEntry[] = [
    ...skeleton,
    { path: "bin/busybox", content: readFileSync(busybox), executable: true },
    ...(await librariesOf(busybox)),
    ...commands.map((command) => ({ path: `bin/${command}`, link: "/bin/busybox" })),
    ...filesOf(image.files ?? {}),
  ]
  await importImage(docker, {
    ...splitName(image.name),
    tar: tar(entries),
    changes: ["ENV PATH=/bin:/usr/bin", 'CMD ["/bin/sh"]'],
  })
}
