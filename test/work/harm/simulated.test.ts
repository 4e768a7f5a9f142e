/** Over every kind of plan that stops a VM, every arrangement of holders and every refused step. */
import { judge } from './oracle'
import { KINDS, WAYS } from './plans'

judge(
  '',
  () => ({
    hosts: ({ hosts }) => hosts,
    watch: ({ world }, listener) => {
      world.onStep(({ when, host, step }) => {
        if (when !== 'before') return
        listener({
          stops: step.kind === 'stopVm' ? { vm: step.vm.name, how: step.how } : null,
          refuse: () =>
            world.inject({ host, step: step.kind, kind: 'refuse', code: 'InjectedByTest', times: 1 }),
        })
      })
    },
  }),
  { kinds: KINDS, ways: Object.keys(WAYS), least: 200 },
)
