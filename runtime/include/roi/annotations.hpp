// The marks that tell idlc what is remote and what a call promises.
//
// This header holds only macros and includes nothing. They expand to nothing unless idlc is
// reading, so an annotated header costs its other users nothing. A mark stands first in a
// declaration (after `template<...>`), for classes and structs after the keyword, for enumerators
// after the name. The meaning of each is in docs/annotations.md.
#pragma once

#ifdef ROI_IDLC
// The notice tells idlc of each mark that is expanded, also of those that clang attaches to
// nothing.
#define ROI_DETAIL_MARK(...) \
    _Pragma("GCC warning \"roi mark\"") __attribute__((annotate(__VA_ARGS__)))
#else
#define ROI_DETAIL_MARK(...)
#endif
#define ROI_DETAIL_TEXT(...) #__VA_ARGS__

// Classes.

/// Generates a client and a server class; the argument is the name published by default
/// (without one, the class name as written).
#define ROI_REMOTE(...) ROI_DETAIL_MARK("roi:remote:" ROI_DETAIL_TEXT(__VA_ARGS__))
/// Every client session gets its own instance.
#define ROI_PER_CLIENT ROI_DETAIL_MARK("roi:per_client")
/// The server stops serving when its lease cannot be renewed.
#define ROI_SINGLE_OWNER ROI_DETAIL_MARK("roi:single_owner")
/// Several servers may hold the name, as replicas.
#define ROI_SHARED ROI_DETAIL_MARK("roi:shared")
/// May be thrown by a remote method and is caught by its type at the client.
#define ROI_ERROR ROI_DETAIL_MARK("roi:error")
/// Travels by value field by field, private fields too.
#define ROI_VALUE ROI_DETAIL_MARK("roi:value")

// Methods: what a call promises.

/// Runs zero times or once. The default.
#define ROI_AT_MOST_ONCE ROI_DETAIL_MARK("roi:at_most_once")
/// Idempotent: repeated until it is known to have run.
#define ROI_AT_LEAST_ONCE ROI_DETAIL_MARK("roi:at_least_once")
/// The effect happens once, across crashes.
#define ROI_EXACTLY_ONCE ROI_DETAIL_MARK("roi:exactly_once")
/// At most once across crashes of the server, by an intent journal.
#define ROI_DURABLE_AT_MOST_ONCE ROI_DETAIL_MARK("roi:durable_at_most_once")
/// `void` without an answer.
#define ROI_ONEWAY ROI_DETAIL_MARK("roi:oneway")

// Methods: how they run.

/// Default deadline of a method, or of all methods of a class: ROI_DEADLINE("500ms").
#define ROI_DEADLINE(text) ROI_DETAIL_MARK("roi:deadline:" text)
/// Public in C++ but not remote.
#define ROI_LOCAL ROI_DETAIL_MARK("roi:local")
/// May run in parallel with other calls of the same object.
#define ROI_CONCURRENT ROI_DETAIL_MARK("roi:concurrent")
/// May wait for long: runs on a worker thread from the start.
#define ROI_BLOCKING ROI_DETAIL_MARK("roi:blocking")
/// Returns `*this`; the stub returns itself.
#define ROI_SELF ROI_DETAIL_MARK("roi:self")
/// If any method of a class carries it, only those are remote.
#define ROI_EXPORT ROI_DETAIL_MARK("roi:export")
/// Promises to report progress at least this often: ROI_PROGRESS("5s").
#define ROI_PROGRESS(text) ROI_DETAIL_MARK("roi:progress:" text)
/// The largest reply kept for repeated calls, in bytes.
#define ROI_REPLY_LIMIT(bytes) ROI_DETAIL_MARK("roi:reply_limit:" ROI_DETAIL_TEXT(bytes))

// Numbers and parameters.

/// An explicit wire number of a field, method, enumerator or parameter.
#define ROI_ID(number) ROI_DETAIL_MARK("roi:id:" ROI_DETAIL_TEXT(number))
/// A pointer parameter that is read, written, or both.
#define ROI_IN ROI_DETAIL_MARK("roi:in")
#define ROI_OUT ROI_DETAIL_MARK("roi:out")
#define ROI_INOUT ROI_DETAIL_MARK("roi:inout")
/// The parameter that holds the number of elements behind this pointer.
#define ROI_SIZE(parameter) ROI_DETAIL_MARK("roi:size:" ROI_DETAIL_TEXT(parameter))
/// The closed set of types that may stand behind a pointer or reference to a polymorphic base.
#define ROI_ONE_OF(...) ROI_DETAIL_MARK("roi:one_of:" ROI_DETAIL_TEXT(__VA_ARGS__))
/// A field that moves with the object when it migrates.
#define ROI_STATE ROI_DETAIL_MARK("roi:state")
