import { describe, expect, it } from '@jest/globals'
import { opening } from '../src/opening'

/** Parts that write down when they are closed. */
const shelf = () => {
  const closed: string[] = []
  return {
    closed,
    close: (name: string): Promise<void> => {
      closed.push(name)
      return Promise.resolve()
    },
    jam: (name: string): Promise<void> => {
      closed.push(name)
      return Promise.reject(new Error(`${name} is stuck`))
    },
  }
}

const thrownBy = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('what opened', () => {
  it('hands its parts through as they are, and is not closed before it is stopped', async () => {
    const { closed, close } = shelf()
    const part = { port: 1 }

    const opened = await opening((keep) =>
      Promise.resolve({ part: keep(part, () => close('part')), of: 'the app' }),
    )

    expect(opened).toMatchObject({ of: 'the app' })
    expect(opened.part).toBe(part)
    expect(closed).toEqual([])
    await opened.stop()
    expect(closed).toEqual(['part'])
  })

  it('is closed in reverse, each part after the one before it is closed', async () => {
    const steps: string[] = []
    const slowly = async (name: string): Promise<void> => {
      steps.push(`closing ${name}`)
      await new Promise((resolve) => setImmediate(resolve))
      steps.push(`${name} closed`)
    }
    const app = await opening((keep) => {
      for (const name of ['store', 'bot', 'http']) keep(name, slowly)
      return Promise.resolve({})
    })

    await app.stop()

    expect(steps).toEqual([
      'closing http',
      'http closed',
      'closing bot',
      'bot closed',
      'closing store',
      'store closed',
    ])
  })

  it('is closed to the last part when some of them fail, and all failures are thrown', async () => {
    const { closed, close, jam } = shelf()
    const app = await opening((keep) => {
      keep('store', close)
      keep('bot', jam)
      keep('socket', close)
      keep('http', jam)
      return Promise.resolve({})
    })

    const error = await thrownBy(app.stop())

    expect(closed).toEqual(['http', 'socket', 'bot', 'store'])
    expect((error as AggregateError).errors).toEqual([new Error('http is stuck'), new Error('bot is stuck')])
  })

  it('is closed once, however often it is stopped', async () => {
    const { closed, close } = shelf()
    const app = await opening((keep) => Promise.resolve({ name: keep('store', close) }))

    await Promise.all([app.stop(), app.stop()])
    await app.stop()

    expect(closed).toEqual(['store'])
  })
})

describe('when a part fails to open', () => {
  it('those before it are closed in reverse, and what it threw is thrown', async () => {
    const { closed, close } = shelf()
    const failure = new Error('the port is taken')

    const error = await thrownBy(
      opening((keep) => {
        keep('store', close)
        keep('bot', close)
        return Promise.reject(failure)
      }),
    )

    expect(error).toBe(failure)
    expect(closed).toEqual(['bot', 'store'])
  })

  it('and one of those before it fails to close, it is still what it threw that is thrown', async () => {
    const { closed, close, jam } = shelf()
    const failure = new Error('the port is taken')

    const error = await thrownBy(
      opening((keep) => {
        keep('store', close)
        keep('bot', jam)
        return Promise.reject(failure)
      }),
    )

    expect(closed).toEqual(['bot', 'store'])
    expect(error).toBe(failure)
  })
})
