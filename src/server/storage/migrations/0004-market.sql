-- What the market said: the same for everybody, and shared on purpose.

-- The first stored version of a closed candle wins. Doubles, as indicators read them.
CREATE TABLE candles (
  symbol      text NOT NULL,
  timeframe   text NOT NULL CHECK (timeframe IN ('1m', '5m', '15m', '1h', '4h', '1d')),
  open_time   bigint NOT NULL CHECK (open_time >= 0 AND open_time % 60000 = 0),
  open        double precision NOT NULL,
  high        double precision NOT NULL,
  low         double precision NOT NULL,
  close       double precision NOT NULL,
  volume      double precision NOT NULL,
  source      text NOT NULL CHECK (source IN ('stream', 'rest')),
  lateness_ms double precision NOT NULL CHECK (lateness_ms >= 0),
  PRIMARY KEY (symbol, timeframe, open_time)
);

-- What the exchange said later and differently about a stored candle: recorded, not traded again.
CREATE TABLE candle_revisions (
  symbol    text NOT NULL,
  timeframe text NOT NULL,
  open_time bigint NOT NULL,
  open      double precision NOT NULL,
  high      double precision NOT NULL,
  low       double precision NOT NULL,
  close     double precision NOT NULL,
  volume    double precision NOT NULL,
  source    text NOT NULL CHECK (source IN ('stream', 'rest')),
  PRIMARY KEY (symbol, timeframe, open_time, open, high, low, close, volume),
  FOREIGN KEY (symbol, timeframe, open_time)
    REFERENCES candles (symbol, timeframe, open_time) ON DELETE CASCADE
);

-- The exact state of an indicator after a candle, to go on from.
CREATE TABLE checkpoints (
  symbol    text NOT NULL,
  timeframe text NOT NULL,
  indicator text NOT NULL,
  open_time bigint NOT NULL,
  state     double precision[] NOT NULL,
  PRIMARY KEY (symbol, timeframe, indicator)
);

-- How far a shard of users has decided a symbol; compared and set in the transaction of the minute.
CREATE TABLE market_cursor (
  shard     integer NOT NULL CHECK (shard >= 0),
  symbol    text NOT NULL,
  open_time bigint NOT NULL CHECK (open_time >= 0 AND open_time % 60000 = 0),
  PRIMARY KEY (shard, symbol)
);

GRANT SELECT ON candles TO :"app";
GRANT SELECT, INSERT ON candles, candle_revisions TO :"engine";
GRANT SELECT, INSERT, UPDATE, DELETE ON checkpoints TO :"engine";
GRANT SELECT, INSERT, UPDATE ON market_cursor TO :"engine";
GRANT SELECT, INSERT ON candles, candle_revisions, checkpoints, market_cursor TO :"backup";
