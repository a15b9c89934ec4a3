// What IAM has on AWS and Roadstead has no means for: passwords, second factors, certificates, identity providers. Asked
// for, there are none; to be made, they are refused in so many words; to be taken away, they are not there.

import type { ReadCx } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { aboutNamed, userNamed, userOrCaller } from "../find.ts"
import { anything, changing, type Part, reading } from "../operation.ts"
import { noPasswordPolicy } from "./account.ts"

const ofUser = (cx: ReadCx, input: { readonly UserName?: string | undefined }) =>
  input.UserName === undefined ? { resources: [cx.caller.arn] } : aboutNamed(cx, "user", input.UserName)

/** A list of what a user has, after it has been found that there is such a user. */
const userMustBe = (cx: ReadCx, name: string | undefined): void => {
  userNamed(cx, userOrCaller(cx, name))
}

const noLoginProfile = (cx: ReadCx, name: string | undefined): never => {
  const user = userNamed(cx, userOrCaller(cx, name))
  throw fault("NoSuchEntity", `Login Profile for User ${user.name} cannot be found.`)
}

const end = { IsTruncated: false } as const

export const absentOperations: Part = {
  GetAccountPasswordPolicy: reading("GetAccountPasswordPolicy", noPasswordPolicy, anything),
  DeleteAccountPasswordPolicy: changing("DeleteAccountPasswordPolicy", noPasswordPolicy, anything),
  GetLoginProfile: reading("GetLoginProfile", (cx, input) => noLoginProfile(cx, input.UserName), ofUser),
  DeleteLoginProfile: changing("DeleteLoginProfile", (cx, input) => noLoginProfile(cx, input.UserName), ofUser),
  ListMFADevices: reading(
    "ListMFADevices",
    (cx, input) => {
      if (input.UserName !== undefined) userMustBe(cx, input.UserName)
      return { MFADevices: [], ...end }
    },
    ofUser,
  ),
  ListSigningCertificates: reading(
    "ListSigningCertificates",
    (cx, input) => {
      userMustBe(cx, input.UserName)
      return { Certificates: [], ...end }
    },
    ofUser,
  ),
  ListSSHPublicKeys: reading(
    "ListSSHPublicKeys",
    (cx, input) => {
      userMustBe(cx, input.UserName)
      return { SSHPublicKeys: [], ...end }
    },
    ofUser,
  ),
  ListServiceSpecificCredentials: reading(
    "ListServiceSpecificCredentials",
    (cx, input) => {
      userMustBe(cx, input.UserName)
      return { ServiceSpecificCredentials: [], ...end }
    },
    ofUser,
  ),
  ListVirtualMFADevices: reading("ListVirtualMFADevices", () => ({ VirtualMFADevices: [], ...end }), anything),
  ListOpenIDConnectProviders: reading(
    "ListOpenIDConnectProviders",
    () => ({ OpenIDConnectProviderList: [] }),
    anything,
  ),
  ListSAMLProviders: reading("ListSAMLProviders", () => ({ SAMLProviderList: [] }), anything),
  ListServerCertificates: reading(
    "ListServerCertificates",
    () => ({ ServerCertificateMetadataList: [], ...end }),
    anything,
  ),
}
