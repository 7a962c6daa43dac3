/** A rectangle of a timeline: time in ms across, rows down. */
export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly top: number;
  readonly bottom: number;
  readonly fill: string;
  readonly opacity?: number;
}

/** A sign on a timeline: something went wrong there. */
export interface Sign {
  readonly at: number;
  readonly row: number;
  readonly fill: string;
}

/** What a timeline consists of; the later lies over the earlier. */
export interface TimelineMarks {
  readonly bars: readonly Bar[];
  readonly signs: readonly Sign[];
}
