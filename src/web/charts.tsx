/** The figures of the last hour, as the server that the page talks to has kept them. */
import { useEffect, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Sample } from '../api.ts'
import { useSpeech } from './speech.ts'
import type { Live } from './live.ts'
import { ask } from './session.ts'
import type { Words } from './words.ts'

type ChartName = keyof Words['charts']['of']

/** Its lines by name, as they are in one sample. */
type Reader = (sample: Sample) => Figures
type Figures = Readonly<Record<string, number | null>>

const readers: Readonly<Record<ChartName, Reader>> = {
  roundTrip: ({ links }) => links,
  writes: ({ mirrors }) => mapped(mirrors, ({ writeMs }) => writeMs),
  throughput: ({ mirrors }) => mapped(mirrors, ({ bytesPerSecond }) => bytesPerSecond / 2 ** 20),
  backlog: ({ mirrors }) => mapped(mirrors, ({ backlogBytes }) => backlogBytes / 2 ** 20),
  monitors: ({ monitors }) => monitors,
}
const chartNames = Object.keys(readers) as ChartName[]

function mapped<T>(
  record: Readonly<Record<string, T>>,
  read: (value: T) => number,
): Record<string, number> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, read(value)]))
}

const hourMs = 3_600_000

export function Charts({ live }: { readonly live: Live }) {
  const { words } = useSpeech()
  const samples = useSamples(live)
  if (samples.length === 0) return <p className="quiet">{words.charts.none}</p>
  return (
    <div className="charts">
      {chartNames.map((name) => (
        <Chart key={name} name={name} samples={samples} />
      ))}
    </div>
  )
}

function useSamples(live: Live): readonly Sample[] {
  const [samples, setSamples] = useState<readonly Sample[]>([])
  useEffect(() => {
    let kept: readonly Sample[] = []
    let origin = ''
    let isOver = false
    let timer = 0
    const look = async (): Promise<void> => {
      // Each server has figures of its own.
      if (origin !== live.origin()) kept = []
      origin = live.origin()
      const last = kept.at(-1)?.at ?? 0
      const { pass } = live.session()
      const reply = await ask(origin, 'GET', `/history?after=${last}`, { pass })
      if (isOver) return
      let everyMs = 5000
      if (reply?.status === 200) {
        const body = reply.body as { readonly everyMs: number; readonly samples: readonly Sample[] }
        const since = (body.samples.at(-1)?.at ?? last) - hourMs
        kept = [...kept, ...body.samples].filter(({ at }) => at > since)
        everyMs = body.everyMs
        setSamples(kept)
      }
      timer = window.setTimeout(() => void look(), everyMs)
    }
    void look()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [live])
  return samples
}

interface ChartProps {
  readonly name: ChartName
  readonly samples: readonly Sample[]
}

const colours = ['--accent', '--yellow', '--green', '--red', '--quiet']
const heightPx = 150

function Chart({ name, samples }: ChartProps) {
  const { words, locale } = useSpeech()
  const read = readers[name]
  const lines = [...new Set(samples.flatMap((sample) => Object.keys(read(sample))))]
  const latest = samples.at(-1)
  const { title, unit } = words.charts.of[name]
  const figures = lines.map((line) => {
    const value = latest === undefined ? null : (read(latest)[line] ?? null)
    return `${line} ${value === null ? '-' : value.toLocaleString(locale, { maximumFractionDigits: 2 })}`
  })
  return (
    <figure>
      <figcaption>
        {title} ({unit})
      </figcaption>
      <Picture
        text={`${title}: ${figures.join(', ')} ${unit}`}
        lines={lines}
        columns={[
          samples.map(({ at }) => at / 1000),
          ...lines.map((line) => samples.map((sample) => read(sample)[line] ?? null)),
        ]}
      />
      <p className="quiet">
        {figures.map((figure, index) => (
          <span key={figure} className="legend">
            <span
              className="line"
              style={{ background: `var(${colours[index % colours.length] ?? ''})` }}
            />
            {figure} {unit}
          </span>
        ))}
      </p>
    </figure>
  )
}

/** Not the library's own, which has one language. */
const clockTimes = (_plot: uPlot, times: readonly number[]): string[] =>
  times.map((seconds) => new Date(seconds * 1000).toLocaleTimeString('en-GB'))

interface PictureProps {
  readonly text: string
  readonly lines: readonly string[]
  readonly columns: readonly (readonly (number | null)[])[]
}

function Picture({ text, lines, columns }: PictureProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const data = columns as uPlot.AlignedData
  const key = JSON.stringify(lines)
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const style = getComputedStyle(document.documentElement)
    const colour = (name: string): string => style.getPropertyValue(name).trim()
    const axis = { stroke: colour('--quiet'), grid: { stroke: colour('--line'), width: 1 } }
    const names = JSON.parse(key) as string[]
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: heightPx,
        legend: { show: false },
        cursor: { show: false },
        axes: [{ ...axis, values: clockTimes, space: 90 }, { ...axis, size: 60 }],
        scales: { y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.1)] } },
        series: [
          {},
          ...names.map((label, index) => ({
            label,
            stroke: colour(colours[index % colours.length] ?? ''),
            width: 2,
          })),
        ],
      },
      [[], ...names.map(() => [])] as unknown as uPlot.AlignedData,
      element,
    )
    plot.current = made
    const resized = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height: heightPx })
    })
    resized.observe(element)
    return () => {
      resized.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [key])
  useEffect(() => plot.current?.setData(data))
  return <div ref={place} role="img" aria-label={text} />
}
