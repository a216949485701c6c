import type { BackfillJob } from '../../backfill/backfill-job.ts';
import { count } from '../import/progress-bar.ts';

/** How far a run is, how fast it goes, and how long it will take, by what was done since it was first looked at. */
export function progressText() {
  let first: { readonly at: number; readonly processed: number } | null = null;
  return (job: { readonly progress: unknown }) => {
    const { processed, total, created, errors, phase } = job.progress as BackfillJob['progress'];
    if (phase === 'PREPARING') return { done: 0, total: 0, text: 'bringing the index up to date' };
    first ??= { at: performance.now(), processed };
    const rate = ((processed - first.processed) * 1000) / Math.max(1, performance.now() - first.at);
    const left =
      rate > 0 ? `, ${count(Math.round(rate))}/s, ${secondsText((total - processed) / rate)} left` : '';
    const failed = errors === 0 ? '' : `, ${count(errors)} refused`;
    return { done: processed, total, text: `${count(created)} created${failed}${left}` };
  };
}

function secondsText(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 90 ? `${whole} s` : `${Math.ceil(whole / 60)} min`;
}
