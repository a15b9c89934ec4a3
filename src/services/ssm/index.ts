// Systems Manager's Parameter Store: the handler table, and what other rooms may use of this one. Everything else of Systems
// Manager is absent.
import { implement, read, type ServiceTable, write } from "../../gate/index.ts"
import * as may from "./authorise.ts"
import { DeleteParameter, DeleteParameters } from "./delete.ts"
import { DescribeParameters, getParameterHistory } from "./describe.ts"
import { getParameter, getParameters, getParametersByPath } from "./get.ts"
import { LabelParameterVersion, UnlabelParameterVersion } from "./labels.ts"
import type { ParametersPorts } from "./ports.ts"
import { putParameter } from "./put.ts"
import { AddTagsToResource, ListTagsForResource, RemoveTagsFromResource } from "./tags.ts"
import { withoutEffect } from "./without-effect.ts"

export { removeParameter } from "./delete.ts"
export type { ParametersPorts } from "./ports.ts"

/** The table of Systems Manager. `ports` are what the process gives it. */
export const parameterStore = (ports: ParametersPorts): ServiceTable<"ssm"> =>
  implement(
    "ssm",
    {
      AddTagsToResource: write(AddTagsToResource, may.onTagged("AddTagsToResource")),
      DeleteParameter: write(DeleteParameter, may.onName("DeleteParameter")),
      DeleteParameters: write(DeleteParameters, may.onNames("DeleteParameters")),
      DescribeParameters: read(DescribeParameters, may.onAll("DescribeParameters")),
      // Not reads: a secret by reference is read in Secrets Manager, which keeps the day.
      GetParameter: write(getParameter(ports), may.onName("GetParameter")),
      GetParameters: write(getParameters(ports), may.onNames("GetParameters")),
      GetParameterHistory: read(getParameterHistory(ports), may.onName("GetParameterHistory")),
      GetParametersByPath: read(getParametersByPath(ports), may.onPath),
      LabelParameterVersion: write(LabelParameterVersion, may.onName("LabelParameterVersion")),
      ListTagsForResource: read(ListTagsForResource, may.onTagged("ListTagsForResource")),
      PutParameter: write(putParameter(ports), may.onPut),
      RemoveTagsFromResource: write(RemoveTagsFromResource, may.onTagged("RemoveTagsFromResource")),
      UnlabelParameterVersion: write(UnlabelParameterVersion, may.onName("UnlabelParameterVersion")),
    },
    withoutEffect,
  )
