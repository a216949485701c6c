import { registerEnumType } from 'type-graphql';

export const JobState = {
  QUEUED: 'QUEUED',
  RUNNING: 'RUNNING',
  PAUSED: 'PAUSED',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
} as const;
export type JobState = keyof typeof JobState;
registerEnumType(JobState, {
  name: 'JobState',
  description: 'How long work stands.',
  valuesConfig: {
    QUEUED: { description: 'Stored; a process that works on it takes it up within a second or two.' },
    RUNNING: { description: 'Somebody works on it, or has died and is followed by another.' },
    PAUSED: { description: 'Nobody works on it until it is resumed.' },
    SUCCEEDED: { description: 'Done.' },
    FAILED: {
      description: 'It stopped at something that does not pass by itself; resumed, it is tried again.',
    },
    CANCELLED: { description: 'Given up. What it has done stays done.' },
  },
});
