// Metric filters: PutMetricFilter, DescribeMetricFilters, DeleteMetricFilter. They are kept with their group; that they make
// metrics comes with CloudWatch, and until then docs/parity.md says so.
import type { Op, Output, ReadOp } from "../../gate/index.ts"
import { fault, scopeKey } from "../../kernel/index.ts"
import type { LogGroupRow, MetricFilter } from "../../state/index.ts"
import { atMost, filterName, limitOf, readToken, writeToken } from "./checks.ts"
import { filterPatternOf, longestPattern } from "./filter-pattern/index.ts"
import { checkTransformations } from "./metric-transformation.ts"
import { groupKey, groupOf, targetOf } from "./target.ts"

/** AWS: 100 metric filters a log group, 5 of them with regular expressions. */
const mostFilters = 100
const mostWithRegex = 5

const full = () => fault("LimitExceededException", "Resource limit exceeded.")

const regexesOf = (pattern: string): number => filterPatternOf(pattern, "metric filter pattern").regexes

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html */
export const PutMetricFilter: Op<"logs", "PutMetricFilter"> = (cx, input) => {
  const target = targetOf(cx, input)
  const name = filterName(input.filterName)
  const text = atMost("filterPattern", input.filterPattern ?? "", longestPattern)
  const pattern = filterPatternOf(text, "metric filter pattern")
  const transformation = checkTransformations(
    input.metricTransformations ?? [],
    pattern,
    input.emitSystemFieldDimensions?.length ?? 0,
  )
  const group = groupOf(cx, target)
  const old = group.metricFilters ?? []
  const others = old.filter((filter) => filter.name !== name)
  if (others.length >= mostFilters) throw full()
  if (pattern.regexes > 0 && others.filter((filter) => regexesOf(filter.pattern) > 0).length >= mostWithRegex) {
    throw full()
  }
  const filter: MetricFilter = {
    name,
    pattern: text,
    transformation,
    createdAt: old.find((known) => known.name === name)?.createdAt ?? cx.now,
    ...(input.applyOnTransformedLogs !== undefined && { applyOnTransformedLogs: input.applyOnTransformedLogs }),
    ...(input.fieldSelectionCriteria !== undefined && {
      fieldSelectionCriteria: atMost("fieldSelectionCriteria", input.fieldSelectionCriteria, 2000),
    }),
    ...(input.emitSystemFieldDimensions && { emitSystemFieldDimensions: input.emitSystemFieldDimensions }),
  }
  const metricFilters = [...others, filter].sort((a, b) => (a.name < b.name ? -1 : 1))
  cx.tx.logGroups.patch(groupKey(target), { metricFilters })
  return {}
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteMetricFilter.html */
export const DeleteMetricFilter: Op<"logs", "DeleteMetricFilter"> = (cx, input) => {
  const target = targetOf(cx, input)
  const name = filterName(input.filterName)
  const old = groupOf(cx, target).metricFilters ?? []
  const metricFilters = old.filter((filter) => filter.name !== name)
  if (metricFilters.length === old.length) {
    throw fault("ResourceNotFoundException", "The specified metric filter does not exist.")
  }
  cx.tx.logGroups.patch(groupKey(target), { metricFilters })
  return {}
}

/** Where a page ended: the filter's name, then its group's. */
const place = { name: "", group: "" }

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html */
export const DescribeMetricFilters: ReadOp<"logs", "DescribeMetricFilters"> = (cx, input) => {
  const { metricName, metricNamespace } = input
  if ((metricName === undefined) !== (metricNamespace === undefined)) {
    // Text from memory.
    throw fault("InvalidParameterException", "metricName and metricNamespace must be specified together.")
  }
  // AWS: the prefix counts only together with the name of a group.
  const named = input.logGroupName !== undefined
  const prefix =
    named && input.filterNamePrefix !== undefined ? filterName(input.filterNamePrefix, "filterNamePrefix") : ""
  const limit = limitOf(input.limit, 50)
  const groups = named ? [groupOf(cx, targetOf(cx, input))] : cx.tx.logGroups.by("scope", scopeKey(cx.scope))

  const after = input.nextToken === undefined ? undefined : readToken(input.nextToken, place)
  const rest = groups
    .flatMap((group) => (group.metricFilters ?? []).map((filter) => ({ name: filter.name, group: group.name, filter })))
    .filter(({ name, filter: { transformation } }) =>
      [
        name.startsWith(prefix),
        metricName === undefined || transformation.metricName === metricName,
        metricNamespace === undefined || transformation.metricNamespace === metricNamespace,
      ].every(Boolean),
    )
    .filter((entry) => after === undefined || compare(entry, after) > 0)
    .sort(compare)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return {
    metricFilters: page.map(({ filter, group }) => describeMetricFilter(filter, group)),
    ...(last && rest.length > page.length && { nextToken: writeToken({ name: last.name, group: last.group }) }),
  }
}

type Place = Readonly<typeof place>
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const compare = (a: Place, b: Place) => compareText(a.name, b.name) || compareText(a.group, b.group)

type Described = NonNullable<Output<"logs", "DescribeMetricFilters">["metricFilters"]>[number]

const describeMetricFilter = (filter: MetricFilter, logGroupName: LogGroupRow["name"]): Described => ({
  filterName: filter.name,
  filterPattern: filter.pattern,
  // The unit was checked to be one of AWS's when it was put.
  metricTransformations: [filter.transformation as NonNullable<Described["metricTransformations"]>[number]],
  creationTime: filter.createdAt,
  logGroupName,
  applyOnTransformedLogs: filter.applyOnTransformedLogs ?? false,
  ...(filter.fieldSelectionCriteria !== undefined && { fieldSelectionCriteria: filter.fieldSelectionCriteria }),
  ...(filter.emitSystemFieldDimensions && { emitSystemFieldDimensions: [...filter.emitSystemFieldDimensions] }),
})
