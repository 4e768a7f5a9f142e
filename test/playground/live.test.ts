/** What a browser that reads slowly is sent: the newest state once, and nothing for as long as nothing changes. */
import { afterEach, expect, it, jest } from '@jest/globals'
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { streamState, type Stage } from '../../src/playground/live'

afterEach(() => {
  jest.useRealTimers()
})

const slowBrowser = () => {
  const changes = new EventEmitter()
  const listens = (listener: () => void) => {
    changes.on('change', listener)
    return () => changes.off('change', listener)
  }
  const stage = {
    slack: { team: 'Northwind', people: [], channels: [], messages: () => [], onChange: listens },
    teams: { said: [], messages: [], typing: [], onChange: () => () => undefined },
    world: { hostNames: () => [], faults: () => [], onChange: () => () => undefined },
    agents: false,
    connected: () => undefined,
  } as unknown as Stage
  const sent: string[] = []
  const response = Object.assign(new EventEmitter(), {
    writeHead: () => undefined,
    setHeader: () => undefined,
    flushHeaders: () => undefined,
    write: (text: string) => {
      sent.push(text)
      return false
    },
  }) as unknown as ServerResponse
  jest.useFakeTimers()
  streamState(stage, response)
  const passes = () => jest.advanceTimersByTime(1_000)
  return {
    sent: () => sent.length,
    changes: () => {
      changes.emit('change')
      passes()
    },
    reads: () => {
      response.emit('drain')
      passes()
    },
  }
}

it('is sent nothing more when it has read what there is', () => {
  const browser = slowBrowser()
  browser.reads()
  browser.reads()

  expect(browser.sent()).toBe(1)
})

it('is sent what changed meanwhile once it has read the last state', () => {
  const browser = slowBrowser()
  browser.changes()
  browser.changes()
  expect(browser.sent()).toBe(1)

  browser.reads()
  browser.reads()

  expect(browser.sent()).toBe(2)
})
