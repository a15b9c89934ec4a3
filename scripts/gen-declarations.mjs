// What only the .d.ts files of an SDK package say: the values of enums, which member has which enum, which errors an
// operation throws. Part of `npm run gen`.
import { existsSync, readdirSync, readFileSync } from "node:fs"

const modelFiles = (dir) =>
  readdirSync(`${dir}/dist-types/models`)
    .filter((f) => f.endsWith(".d.ts"))
    .sort()
    .map((f) => readFileSync(`${dir}/dist-types/models/${f}`, "utf8"))

/** `{ LaunchType: ["EC2", …] }`. */
export const enumsOf = (dir) => {
  const found = {}
  for (const text of modelFiles(dir)) {
    for (const [, name, body] of text.matchAll(/export declare const (\w+): \{\n((?:[^}]|\}(?!;))*?)\n\};/g)) {
      const values = [...body.matchAll(/readonly \S+: "((?:[^"\\]|\\.)*)";/g)].map((m) => JSON.parse(`"${m[1]}"`))
      if (values.length > 0) found[name] = values
    }
  }
  return found
}

/** `{ RunTaskRequest: { launchType: "LaunchType" } }`; the member may also be a list of the enum's values. */
export const enumMembersOf = (dir) => {
  const enums = enumsOf(dir)
  const found = {}
  for (const text of modelFiles(dir)) {
    for (const [, name, body] of text.matchAll(/export interface (\w+)[^{]*\{\n([\s\S]*?)\n\}/g)) {
      for (const [, member, type] of body.matchAll(/^ {4}(\w+)\??: (\w+)(?:\[\])?(?: \| undefined)?;$/gm)) {
        if (!Object.hasOwn(enums, type)) continue
        found[name] ??= {}
        found[name][member] = type
      }
    }
  }
  return found
}

/** The names of the modelled errors of an operation. */
export const thrownBy = (dir, operation) => {
  const file = `${dir}/dist-types/commands/${operation}Command.d.ts`
  if (!existsSync(file)) return []
  return [...readFileSync(file, "utf8").matchAll(/@throws \{@link (\w+)\} \((?:client|server) fault\)/g)]
    .map((m) => m[1])
    .sort()
}
