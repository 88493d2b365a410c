/**
 * Five kinds of tests: `unit` beside the code, `scenarios` (transcripts of the core in a fake world),
 * `planted` (can the simulation find a fault? some minutes), `lab` (the real programs on two servers) and
 * `browser` (the Manager in Chromium; `make test-manager`). Lab tests run one file at a time: they share
 * the machine's two cores with two servers, and a timing there is somebody's outage.
 */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'sim/**/*.test.ts',
            'checks/**/*.test.ts',
            'bench/**/*.test.ts',
            'lab/**/*.unit.test.ts',
          ],
          exclude: ['sim/planted-*.test.ts'],
          testTimeout: 20_000,
          // A program of ours takes a second to start when the machine is busy.
          expect: { poll: { timeout: 10_000 } },
        },
      },
      {
        test: {
          name: 'planted',
          include: ['sim/planted-*.test.ts'],
          testTimeout: 300_000,
          // Each runs a process of its own.
          maxConcurrency: 2,
        },
      },
      {
        test: { name: 'scenarios', include: ['scenarios/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        test: {
          name: 'lab',
          include: ['e2e/**/*.test.ts'],
          exclude: ['e2e/manager.test.ts', 'e2e/screens.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['e2e/manager.test.ts', 'e2e/screens.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 20_000 } },
        },
      },
    ],
  },
})
