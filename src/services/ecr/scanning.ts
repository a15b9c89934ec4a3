// How a registry is to be scanned: kept and shown, and never done.
import type {
  RegistryScanningConfiguration,
  RegistryScanningRule,
  RepositoryScanningConfiguration,
  RepositoryScanningConfigurationFailure,
} from "@aws-sdk/client-ecr"
import type { Op, ReadOp } from "../../gate/index.ts"
import { Fault, scopeKey } from "../../kernel/index.ts"
import type { EcrRegistryRow, EcrRepositoryRow } from "../../state/index.ts"
import { invalidParameter } from "./faults.ts"
import { findRepository, repositoryArn } from "./names.ts"
import { matches } from "./wildcards.ts"

type Scanning = NonNullable<EcrRegistryRow["scanning"]>
type Frequency = Scanning["rules"][number]["frequency"]

const types = ["BASIC", "ENHANCED"] as const
const frequencies: Readonly<Record<Scanning["type"], readonly Frequency[]>> = {
  BASIC: ["SCAN_ON_PUSH", "MANUAL"],
  ENHANCED: ["SCAN_ON_PUSH", "CONTINUOUS_SCAN"],
}

const none: Scanning = { type: "BASIC", rules: [] }

const ruleOf = (type: Scanning["type"], rule: RegistryScanningRule): Scanning["rules"][number] => {
  const frequency = frequencies[type].find((one) => one === rule.scanFrequency)
  if (!frequency)
    throw invalidParameter("scanFrequency", `Member must satisfy enum value set: [${frequencies[type].join(", ")}]`)
  const filters = (rule.repositoryFilters ?? []).map(({ filter = "", filterType }) => {
    if (filterType !== "WILDCARD")
      throw invalidParameter("filterType", "Member must satisfy enum value set: [WILDCARD]")
    // AWS's own pattern says the same, but takes exponential time to say no.
    if (filter.length > 256 || !/^[a-z0-9*](?:[a-z0-9*]|[._/-][a-z0-9*])*$/.test(filter))
      throw invalidParameter("filter", "must satisfy regular expression '^[a-z0-9*](?:[._\\-/a-z0-9*]?[a-z0-9*]+)*$'")
    return filter
  })
  if (filters.length === 0) throw invalidParameter("repositoryFilters", "must have length between 1 and 100")
  return { frequency, filters }
}

const shown = ({ type, rules }: Scanning): RegistryScanningConfiguration => ({
  scanType: type,
  rules: rules.map(({ frequency, filters }) => ({
    scanFrequency: frequency,
    repositoryFilters: filters.map((filter) => ({ filter, filterType: "WILDCARD" as const })),
  })),
})

export const PutRegistryScanningConfiguration: Op<"ecr", "PutRegistryScanningConfiguration"> = (cx, input) => {
  const type = types.find((one) => one === (input.scanType ?? "BASIC"))
  if (!type) throw invalidParameter("scanType", `Member must satisfy enum value set: [${types.join(", ")}]`)
  const rules = input.rules ?? []
  if (rules.length > 2) throw invalidParameter("rules", "must have length between 0 and 2")
  const scanning = { type, rules: rules.map((rule) => ruleOf(type, rule)) }
  const { account, region } = cx.scope
  cx.tx.ecrRegistries.put({ ...cx.tx.ecrRegistries.get(scopeKey(cx.scope)), account, region, scanning })
  return { registryScanningConfiguration: shown(scanning) }
}

export const GetRegistryScanningConfiguration: ReadOp<"ecr", "GetRegistryScanningConfiguration"> = (cx) => ({
  registryId: cx.scope.account,
  scanningConfiguration: shown(cx.tx.ecrRegistries.get(scopeKey(cx.scope))?.scanning ?? none),
})

const inRepository = (row: EcrRepositoryRow, { rules }: Scanning): RepositoryScanningConfiguration => {
  const { account, region, name } = row
  const applied = rules.flatMap(({ frequency, filters }) =>
    filters.filter((filter) => matches(filter, name)).map((filter) => ({ frequency, filter })),
  )
  const scanFrequency = applied[0]?.frequency ?? (row.scanOnPush ? "SCAN_ON_PUSH" : "MANUAL")
  return {
    repositoryArn: repositoryArn({ account, region, repository: name }),
    repositoryName: name,
    scanOnPush: scanFrequency === "SCAN_ON_PUSH",
    scanFrequency,
    appliedScanFilters: applied.map(({ filter }) => ({ filter, filterType: "WILDCARD" as const })),
  }
}

type BatchGet = ReadOp<"ecr", "BatchGetRepositoryScanningConfiguration">

export const BatchGetRepositoryScanningConfiguration: BatchGet = (cx, { repositoryNames = [] }) => {
  if (repositoryNames.length < 1 || repositoryNames.length > 25)
    throw invalidParameter("repositoryNames", "must have length between 1 and 25")
  const scanning = cx.tx.ecrRegistries.get(scopeKey(cx.scope))?.scanning ?? none
  const scanningConfigurations: RepositoryScanningConfiguration[] = []
  const failures: RepositoryScanningConfigurationFailure[] = []
  for (const repositoryName of repositoryNames) {
    try {
      scanningConfigurations.push(inRepository(findRepository(cx, { repositoryName }).row, scanning))
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.code !== "RepositoryNotFoundException") throw thrown
      failures.push({ repositoryName, failureCode: "REPOSITORY_NOT_FOUND", failureReason: thrown.message })
    }
  }
  return { scanningConfigurations, failures }
}
