import type { Document } from 'mongodb';

/**
 * MongoDB 7.0's names, written down from its manual: what a replica set's server has, without what is internal to it
 * or belongs to Atlas and sharding.
 */
const words = (text: string): string[] => text.trim().split(/\s+/);

/** Database commands; where a command has an older spelling too, it follows. The last three are sent by older tools. */
export const commandNames = words(`
  abortTransaction aggregate appendOplogNote applyOps authenticate buildInfo buildinfo
  cloneCollectionAsCapped collMod collStats collstats commitTransaction compact configureFailPoint connPoolStats
  connPoolSync connectionStatus convertToCapped count create createIndexes createRole createUser currentOp dataSize
  datasize dbHash dbhash dbStats dbstats delete distinct driverOIDTest drop dropAllRolesFromDatabase
  dropAllUsersFromDatabase dropConnections dropDatabase dropIndexes deleteIndexes dropRole dropUser endSessions explain
  features filemd5 find findAndModify findandmodify fsync fsyncUnlock getAuditConfig getClusterParameter getCmdLineOpts
  getDefaultRWConcern getLog getMore getParameter grantPrivilegesToRole grantRolesToRole grantRolesToUser hello hostInfo
  insert invalidateUserCache isMaster ismaster isSelf killAllSessions killAllSessionsByPattern killCursors killOp
  killSessions listCollections listCommands listDatabases listIndexes lockInfo logApplicationMessage logRotate logout
  mapReduce mapreduce ping planCacheClear planCacheClearFilters planCacheListFilters planCacheSetFilter profile
  reIndex refreshSessions renameCollection replSetAbortPrimaryCatchUp replSetFreeze replSetGetConfig
  replSetGetStatus replSetInitiate replSetMaintenance replSetReconfig replSetResizeOplog replSetStepDown
  replSetSyncFrom revokePrivilegesFromRole revokeRolesFromRole revokeRolesFromUser rolesInfo rotateCertificates
  saslContinue saslStart serverStatus setAuditConfig setClusterParameter setDefaultRWConcern
  setFeatureCompatibilityVersion setIndexCommitQuorum setParameter shutdown startSession top update
  updateRole updateUser usersInfo validate validateDBMetadata whatsmyuri getFreeMonitoringStatus getLastError
  getlasterror
`);

/** Aggregation stages. */
export const stageNames = words(`
  $addFields $bucket $bucketAuto $changeStream $changeStreamSplitLargeEvent $collStats $count $currentOp $densify
  $documents $facet $fill $geoNear $graphLookup $group $indexStats $limit $listLocalSessions $listSampledQueries
  $listSessions $lookup $match $merge $out $planCacheStats $project $redact $replaceRoot $replaceWith $sample $set
  $setWindowFields $shardedDataDistribution $skip $sort $sortByCount $unionWith $unset $unwind
`);

/** Accumulators of `$group`. */
export const accumulatorNames = words(`
  $accumulator $addToSet $avg $bottom $bottomN $count $first $firstN $last $lastN $max $maxN $median $mergeObjects $min
  $minN $percentile $push $stdDevPop $stdDevSamp $sum $top $topN
`);

/** Operators of aggregation expressions. */
export const expressionNames = words(`
  $abs $acos $acosh $add $allElementsTrue $and $anyElementTrue $arrayElemAt $arrayToObject $asin $asinh $atan $atan2
  $atanh $avg $binarySize $bitAnd $bitNot $bitOr $bitXor $bsonSize $ceil $cmp $concat $concatArrays $cond $convert $cos
  $cosh $dateAdd $dateDiff $dateFromParts $dateFromString $dateSubtract $dateToParts $dateToString $dateTrunc
  $dayOfMonth $dayOfWeek $dayOfYear $degreesToRadians $divide $eq $exp $filter $first $firstN $floor $function $getField
  $gt $gte $hour $ifNull $in $indexOfArray $indexOfBytes $indexOfCP $isArray $isNumber $isoDayOfWeek $isoWeek
  $isoWeekYear $last $lastN $let $literal $ln $log $log10 $lt $lte $ltrim $map $max $maxN $median $mergeObjects $meta
  $millisecond $min $minN $minute $mod $month $multiply $ne $not $objectToArray $or $percentile $pow $radiansToDegrees
  $rand $range $reduce $regexFind $regexFindAll $regexMatch $replaceAll $replaceOne $reverseArray $round $rtrim $second
  $setDifference $setEquals $setField $setIntersection $setIsSubset $setUnion $sin $sinh $size $slice $sortArray $split
  $sqrt $stdDevPop $stdDevSamp $strLenBytes $strLenCP $strcasecmp $substr $substrBytes $substrCP $subtract $sum $switch
  $tan $tanh $toBool $toDate $toDecimal $toDouble $toHashedIndexKey $toInt $toLong $toLower $toObjectId $toString
  $toUpper $trim $trunc $tsIncrement $tsSecond $type $unsetField $week $year $zip
`);

/** Query operators, each with a filter that uses it rightly. */
export const queryOperators: Readonly<Record<string, Document>> = {
  $eq: { f: { $eq: 1 } },
  $gt: { f: { $gt: 1 } },
  $gte: { f: { $gte: 1 } },
  $in: { f: { $in: [1] } },
  $lt: { f: { $lt: 1 } },
  $lte: { f: { $lte: 1 } },
  $ne: { f: { $ne: 1 } },
  $nin: { f: { $nin: [1] } },
  $and: { $and: [{ f: 1 }] },
  $nor: { $nor: [{ f: 1 }] },
  $not: { f: { $not: { $eq: 1 } } },
  $or: { $or: [{ f: 1 }] },
  $exists: { f: { $exists: true } },
  $type: { f: { $type: 'int' } },
  $expr: { $expr: { $eq: ['$f', 1] } },
  $jsonSchema: { $jsonSchema: { required: ['f'] } },
  $mod: { f: { $mod: [2, 0] } },
  $regex: { f: { $regex: 'a', $options: 'i' } },
  $text: { $text: { $search: 'a' } },
  $where: { $where: 'true' },
  $geoIntersects: { f: { $geoIntersects: { $geometry: { type: 'Point', coordinates: [1, 2] } } } },
  $geoWithin: { f: { $geoWithin: { $centerSphere: [[1, 2], 3] } } },
  $near: { f: { $near: { $geometry: { type: 'Point', coordinates: [1, 2] } } } },
  $nearSphere: { f: { $nearSphere: { $geometry: { type: 'Point', coordinates: [1, 2] } } } },
  $all: { f: { $all: [1] } },
  $elemMatch: { f: { $elemMatch: { $gt: 1 } } },
  $size: { f: { $size: 1 } },
  $bitsAllClear: { f: { $bitsAllClear: 1 } },
  $bitsAllSet: { f: { $bitsAllSet: 1 } },
  $bitsAnyClear: { f: { $bitsAnyClear: 1 } },
  $bitsAnySet: { f: { $bitsAnySet: 1 } },
  $comment: { $comment: 'why' },
  $rand: { $expr: { $lt: [0.5, { $rand: {} }] } },
};

/** Projections of find, each used rightly on a filter for elements of `f`. */
export const projectionOperators: Readonly<Record<string, Document>> = {
  $: { 'f.$': 1 },
  $elemMatch: { f: { $elemMatch: { $gt: 1 } } },
  $meta: { score: { $meta: 'textScore' } },
  $slice: { f: { $slice: 1 } },
  'an expression': { g: { $add: [1, 1] } },
};

/** Update operators, each used rightly on `{ f: [1] }` with the filter `{ f: 1 }` and the array filter `i`. */
export const updateOperators: Readonly<Record<string, Document | Document[]>> = {
  $currentDate: { $currentDate: { d: true } },
  $inc: { $inc: { n: 1 } },
  $min: { $min: { n: 1 } },
  $max: { $max: { n: 1 } },
  $mul: { $mul: { n: 1 } },
  $rename: { $rename: { a: 'b' } },
  $set: { $set: { a: 1 } },
  $setOnInsert: { $setOnInsert: { a: 1 } },
  $unset: { $unset: { a: '' } },
  $: { $set: { 'f.$': 1 } },
  '$[]': { $inc: { 'f.$[]': 1 } },
  '$[<identifier>]': { $inc: { 'f.$[i]': 1 } },
  $addToSet: { $addToSet: { f: 1 } },
  $pop: { $pop: { f: 1 } },
  $pull: { $pull: { f: 5 } },
  $push: { $push: { f: 1 } },
  $pullAll: { $pullAll: { f: [5] } },
  $each: { $push: { f: { $each: [1] } } },
  $position: { $push: { f: { $each: [1], $position: 0 } } },
  $slice: { $push: { f: { $each: [1], $slice: 5 } } },
  $sort: { $push: { f: { $each: [1], $sort: 1 } } },
  $bit: { $bit: { n: { and: 1 } } },
  'a pipeline': [{ $set: { a: 1 } }],
};

/** Options and kinds of indexes, each used rightly. */
export const indexOptions: Readonly<Record<string, Document>> = {
  compound: { key: { a: 1, b: -1 } },
  multikey: { key: { 'f.a': 1 } },
  unique: { key: { c: 1 }, unique: true },
  sparse: { key: { d: 1 }, sparse: true },
  partialFilterExpression: { key: { e: 1 }, partialFilterExpression: { e: { $gt: 1 } } },
  expireAfterSeconds: { key: { at: 1 }, expireAfterSeconds: 60 },
  hidden: { key: { g: 1 }, hidden: true },
  background: { key: { h: 1 }, background: true },
  collation: { key: { i: 1 }, collation: { locale: 'en' } },
  storageEngine: { key: { j: 1 }, storageEngine: { wiredTiger: {} } },
  prepareUnique: { key: { k: 1 }, prepareUnique: true },
  wildcard: { key: { '$**': 1 } },
  wildcardProjection: { key: { '$**': 1 }, wildcardProjection: { l: 1 } },
  hashed: { key: { m: 'hashed' } },
  text: { key: { n: 'text' } },
  weights: { key: { o: 'text' }, weights: { o: 2 } },
  default_language: { key: { p: 'text' }, default_language: 'none' },
  language_override: { key: { q: 'text' }, language_override: 'l' },
  textIndexVersion: { key: { r: 'text' }, textIndexVersion: 3 },
  '2dsphere': { key: { s: '2dsphere' } },
  '2dsphereIndexVersion': { key: { t: '2dsphere' }, '2dsphereIndexVersion': 3 },
  '2d': { key: { u: '2d' } },
  bits: { key: { v: '2d' }, bits: 26 },
  min: { key: { w: '2d' }, min: -180 },
  max: { key: { x: '2d' }, max: 180 },
};
