/**
 * Millrace: streams, tables, and tables that keep changing. This is the entry point that runs anywhere; under Node the
 * package's entry adds files, sockets and an engine in this process.
 */
export type { Field, DataType, DataKind, TimeUnit } from './columns/types.js';
export { typeName } from './columns/types.js';
export type { Schema } from './columns/schema.js';
export { MillraceError } from './columns/error.js';
export { DISPLAYABLE, isDisplayable } from './dsl/displayable.js';
export type {
  CollectionKind,
  Displayable,
  Displayed,
  DisplayedInput,
  DisplayedPart,
} from './dsl/displayable.js';
export type { PlanNode } from './plan/plan.js';
export type * from './session/protocol.js';
export * from './dsl/aggregates.js';
export type { AggregateOptions, Numeric } from './dsl/aggregateCall.js';
export { defineAggregate } from './dsl/defineAggregate.js';
export type { AggregateFunctions } from './dsl/defineAggregate.js';
export type { RowAs, RowOptions } from './dsl/arrowRows.js';
export { Chart } from './dsl/charts.js';
export type {
  BoxplotOptions,
  CandlestickOptions,
  ChartOptions,
  DepthOptions,
  HeatmapOptions,
  HistogramOptions,
  StackedOptions,
  StatOptions,
  XyOptions,
} from './dsl/chartOptions.js';
export type { ChartSpecOf } from './dsl/chartSpecs.js';
export { coalesce, concatWs, greatest, least, lit, when } from './dsl/choices.js';
export type { Then, When } from './dsl/choices.js';
export type { AsOfJoined, AsOfOptions, TemporalOptions } from './dsl/asOfJoin.js';
export type {
  Changed,
  ChangeKind,
  ChangingKinds,
  DeduplicateOptions,
  FirstRowsOptions,
  WindowRowsOptions,
  ToTableOptions,
} from './dsl/changelog.js';
export { check, SameCheck } from './dsl/check.js';
export { clock } from './dsl/clock.js';
export { session } from './dsl/session.js';
export type { ClockStep, Speed } from './dsl/clock.js';
export type { Collection } from './dsl/collection.js';
export { expr } from './dsl/expr.js';
export { countWindow, dollarBars, tickBars, volumeBars } from './dsl/bars.js';
export type { BarOptions, BarSpec, NumericColumns, TimeWindowSpec } from './dsl/bars.js';
export { Decimal } from './dsl/decimal.js';
export type * from './dsl/expressions.js';
export { file } from './dsl/files.js';
export type { CsvFileOptions, FileSink, FileSinkOptions } from './dsl/files.js';
export type { SubscribeOptions, Subscription } from './dsl/subscribing.js';
export type { StartedWrite, Write, WriteOptions } from './dsl/writing.js';
export { input } from './dsl/input.js';
export type {
  DateOptions,
  InputOptions,
  RangeOptions,
  SelectOptions,
  TextOptions,
  ToggleOptions,
} from './dsl/input.js';
export type { Input, InputControl } from './dsl/inputControl.js';
export { md } from './dsl/prose.js';
export type { Prose } from './dsl/prose.js';
export type { Scalar } from './dsl/scalar.js';
export { postgres } from './dsl/postgres.js';
export type { PostgresOptions } from './dsl/postgres.js';
export { secret } from './dsl/secret.js';
export type { Secret } from './dsl/secret.js';
export { webSocketServer } from './dsl/webSocketServer.js';
export type { WebSocketServerOptions } from './dsl/webSocketServer.js';
export type { FlinkNote, FlinkOptions, FlinkQuery } from './dsl/flinkSql.js';
export type { Joined, JoinHow, JoinOptions } from './dsl/join.js';
export type { LookupOptions } from './dsl/lookupJoin.js';
export { lookup } from './dsl/lookup.js';
export type { CacheOptions, Lookup } from './dsl/lookup.js';
export type { SetOptions } from './dsl/setOperations.js';
export type { GroupOptions, Grouped, Windowed } from './dsl/grouped.js';
export type { AggregatedRow, BarColumns, Flat, Kinds, WindowColumns } from './dsl/kinds.js';
export type { ColumnDescription } from './dsl/describe.js';
export type { PivotOptions, Pivoted, UnpivotOptions, Unpivoted } from './dsl/reshape.js';
export type { Origin, Origins } from './dsl/origins.js';
export type { PrintedSchema } from './dsl/printedSchema.js';
export { poll, sse } from './dsl/http.js';
export type { HttpOptions, PollOptions, SseOptions } from './dsl/http.js';
export type { JsonWay } from './dsl/jsonWay.js';
export { kafka, kafkaTopic } from './dsl/kafka.js';
export type { KafkaMetadata, KafkaOptions, KafkaPlace, KafkaTopicOptions } from './dsl/kafka.js';
export { generator } from './dsl/generator.js';
export type {
  GeneratorOptions,
  MarketHalt,
  MarketOptions,
  MarketQuote,
  MarketTrade,
  SensorOptions,
  SensorReading,
  WeatherOptions,
  WeatherReading,
} from './dsl/generator.js';
export { read, replay } from './dsl/fileSources.js';
export type { FileOptions, TimeSinceMidnight } from './dsl/fileSources.js';
export type * from './dsl/knownFiles.js';
export { webSocket } from './dsl/sources.js';
export type { WebSocketOptions } from './dsl/sources.js';
export { exchange } from './dsl/exchange.js';
export type {
  BinanceOptions,
  BookChange,
  Candle,
  ExchangeChannel,
  ExchangeOptions,
  ExchangeRow,
  Quote,
  Trade,
} from './dsl/exchange.js';
export { LiveStream } from './dsl/liveStream.js';
export type { ConnectionEvent, GapOptions, LiveOptions, WithReceived } from './dsl/liveStream.js';
export { Recording } from './dsl/recording.js';
export type { RecordOptions, RecordingState } from './dsl/recording.js';
export { Pin, pin, PinnedResult, type PinOptions, type ResultPinOptions } from './dsl/pin.js';
export type { Rolled, Rolling, RollingOptions, WithRolled } from './dsl/rolling.js';
export type {
  AfterMatchOption,
  DefineValues,
  LabelsOf,
  Matched,
  MatchPatternOptions,
  MatchValues,
} from './dsl/patternTypes.js';
export {
  cumCount,
  cumMax,
  cumMin,
  cumSum,
  denseRank,
  diff,
  drawdown,
  ema,
  forwardFill,
  lag,
  lead,
  rank,
  returns,
  rowNumber,
  tradeSign,
} from './dsl/rowFunctions.js';
export type { IntervalJoined, IntervalJoinOptions } from './dsl/intervalJoin.js';
export type { TimedJoin } from './dsl/timedJoins.js';
export type { WindowJoined, WindowJoinOptions } from './dsl/windowJoin.js';
export { imbalance, microprice, mid, spread } from './dsl/quotes.js';
export { asc, desc } from './dsl/ordering.js';
export type { Ordering, Orderings } from './dsl/ordering.js';
export type { RankOptions } from './dsl/rank.js';
export type { MapReduceKey, MapReduceOptions } from './dsl/mapReduce.js';
export type { Key, KeyArguments, KeyBound, KeyIndex, LiveKeyIndex } from './dsl/keyValue.js';
export type { Unsubscribe, WatchedRows } from './dsl/keyWatcher.js';
export type { TopNKinds, TopNOptions } from './dsl/topN.js';
export { orderBook } from './dsl/orderBook.js';
export type { BookChangeColumns, BookLevel, BookLevelOf, OrderBookOptions } from './dsl/orderBook.js';
export type { EmaOptions, RowFunction } from './dsl/rowFunctions.js';
export { meetingEvents } from './dsl/meetingEvents.js';
export type { MeetingEvent } from './dsl/meetingEvents.js';
export { Stream } from './dsl/stream.js';
export type {
  FollowedByOptions,
  NamedFollowedBy,
  NumberedFollowedBy,
  SameColumns,
} from './dsl/followedBy.js';
export type { KeepOptions } from './dsl/stream.js';
export { StreamTable } from './dsl/streamTable.js';
export { Table } from './dsl/table.js';
export type { TimeOptions } from './dsl/timeOptions.js';
export {
  boolean,
  date,
  decimal,
  duration,
  float64,
  int32,
  int64,
  json,
  schema,
  string,
  timestamp,
} from './dsl/types.js';
export type { AnyRow, ColumnType, Json, RowOf, RowSchema } from './dsl/types.js';
export { udf } from './dsl/udf.js';
export type { ScanOptions } from './dsl/applyFunctions.js';
export { calendar, cumulate, hop, tumble } from './dsl/windows.js';
export type { CalendarOptions, WindowPlace, WindowSpanText } from './dsl/windows.js';
export type { EmitTrigger, Fill, WindowOptions } from './dsl/windowOptions.js';
