/** What `kagami manager` is asked on its own behalf: the clusters that it knows, and the search for others. */
import type { Message } from '../messages/catalogue.ts'

export interface Known {
  readonly id: string
  readonly superCluster: string
  readonly cluster: string
  readonly addresses: readonly string[]
  readonly fingerprint: string
}

export interface Found {
  readonly superCluster: string
  readonly cluster: string
  readonly server: string
  readonly version: string
  readonly address: string
  readonly fingerprint: string
}

export interface Search {
  readonly total: number
  readonly done: number
  readonly running: boolean
  readonly found: readonly Found[]
}

export interface Answer {
  readonly clusters?: readonly Known[]
  readonly search?: Search | null
  readonly found?: Found
  readonly message?: Message
}

export async function manage(method: string, path: string, body?: object): Promise<Answer | null> {
  try {
    const response = await fetch(`/manager${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    return (await response.json()) as Answer
  } catch {
    return null
  }
}
