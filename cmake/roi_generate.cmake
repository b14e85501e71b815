# roi_generate(<target> HEADERS <header>... [LOCK <file>])
#
# Generates the stubs for the marked classes of each header, compiles them, and adds them to
# <target>:
#
#     find_package(roi CONFIG REQUIRED)
#     add_executable(bank_server server.cpp bank.cpp)
#     roi_generate(bank_server HEADERS bank.hpp)
#
# Headers are relative to the current source directory. Stubs of include/demo/bank.hpp are found as
# "include/demo/bank.roi.hpp", "demo/bank.roi.hpp" and "bank.roi.hpp". The headers are read with the
# include directories, definitions and language standard of <target>, and again when anything that
# they include has changed. The order of calls does not matter, in whatever directories they are: a
# header may include the stubs of another one, or derive from its classes, where its target
# generates those too or links the target that does.
#
# Stubs go into a static library <target>_roi that <target> links: the linker takes from it only
# what is used, so a client needs nothing of the class's own sources.
#
# LOCK keeps the wire numbers of one header in a file that belongs into version control.
# ROI_IDLC_EXECUTABLE names another idlc: one for the build machine, in cross builds.
include_guard(GLOBAL)

# Ends with what is wrong, why that is, and what to do.
function(_roi_generate_fail target fault reason remedy)
  message(FATAL_ERROR "roi_generate(${target}): ${fault}. ${reason} ${remedy}")
endfunction()

function(_roi_generate_check_target target)
  if(NOT TARGET ${target})
    _roi_generate_fail("${target}" "there is no target '${target}'"
      "Stubs are added to a target that exists."
      "Call add_executable(${target} ...) or add_library(${target} ...) first, or correct the name.")
  endif()
  get_target_property(aliased ${target} ALIASED_TARGET)
  if(aliased)
    _roi_generate_fail("${target}" "'${target}' is an alias of '${aliased}'"
      "An alias cannot be changed." "Name '${aliased}' instead.")
  endif()
  get_target_property(imported ${target} IMPORTED)
  if(imported)
    _roi_generate_fail("${target}" "'${target}' is imported"
      "It was built elsewhere, so nothing can be added to it."
      "Name a target that this project builds and that links '${target}'.")
  endif()
  get_target_property(type ${target} TYPE)
  if(NOT type MATCHES "^(EXECUTABLE|STATIC_LIBRARY|SHARED_LIBRARY|MODULE_LIBRARY|OBJECT_LIBRARY)$")
    _roi_generate_fail("${target}" "'${target}' compiles nothing (${type})"
      "Stubs are compiled code." "Name an executable or a library with sources.")
  endif()
  get_target_property(directory ${target} SOURCE_DIR)
  if(NOT directory STREQUAL CMAKE_CURRENT_SOURCE_DIR)
    file(RELATIVE_PATH directory ${CMAKE_SOURCE_DIR} ${directory})
    _roi_generate_fail("${target}" "'${target}' belongs to another directory ('${directory}')"
      "CMake runs rules only for targets of the directory that has them."
      "Move this call to ${directory}/CMakeLists.txt, behind the target.")
  endif()
endfunction()

# Where a header's outputs go, below the target's folder: its path within the source directory.
function(_roi_generate_place header result)
  foreach(base IN ITEMS ${CMAKE_CURRENT_BINARY_DIR} ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_BINARY_DIR}
                        ${CMAKE_SOURCE_DIR})
    cmake_path(IS_PREFIX base ${header} inside)
    if(inside)
      cmake_path(RELATIVE_PATH header BASE_DIRECTORY ${base} OUTPUT_VARIABLE relative)
      cmake_path(GET relative PARENT_PATH folder)
      set(${result} "${folder}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${result} "" PARENT_SCOPE)
endfunction()

# Which of `stubs` are there for `target`: its own, else those of other targets.
function(_roi_generate_choose target stubs result)
  set(own)
  foreach(stub IN LISTS stubs)
    get_property(by GLOBAL PROPERTY ROI_GENERATED_FOR_${stub})
    if(by STREQUAL target)
      list(APPEND own ${stub})
    endif()
  endforeach()
  if(own)
    set(${result} ${own} PARENT_SCOPE)
  else()
    set(${result} ${stubs} PARENT_SCOPE)
  endif()
endfunction()

# The stubs that a header includes, itself or through headers that it includes: they are made first.
# Then those of the headers among these: its own stubs may include them.
function(_roi_generate_needed target header read compiled)
  get_property(known GLOBAL PROPERTY ROI_GENERATED_STUBS)
  get_target_property(directories ${target} INCLUDE_DIRECTORIES)
  string(REGEX REPLACE "\\$<BUILD_INTERFACE:([^>]*)>" "\\1" directories "${directories}")
  list(FILTER directories EXCLUDE REGEX "\\$<|NOTFOUND$")
  set(queue ${header})
  set(seen)
  set(first)
  set(second)
  while(queue)
    list(POP_FRONT queue file)
    if(file IN_LIST seen OR NOT EXISTS ${file})
      continue()
    endif()
    list(APPEND seen ${file})
    get_property(stubs GLOBAL PROPERTY ROI_GENERATED_OF_${file})
    if(stubs AND NOT file STREQUAL header)
      _roi_generate_choose(${target} "${stubs}" stubs)
      list(APPEND second ${stubs})
    endif()
    file(STRINGS ${file} lines REGEX "^[ \t]*#[ \t]*include[ \t]*[\"<]")
    cmake_path(GET file PARENT_PATH folder)
    foreach(line IN LISTS lines)
      if(NOT line MATCHES "[\"<]([^\">]+)[\">]")
        continue()
      endif()
      set(name ${CMAKE_MATCH_1})
      if(name MATCHES "\\.roi\\.hpp$")
        set(stubs)
        string(LENGTH "/${name}" part)
        foreach(stub IN LISTS known)
          string(LENGTH "${stub}" whole)
          math(EXPR from "${whole} - ${part}")
          if(from GREATER -1)
            string(SUBSTRING "${stub}" ${from} -1 end)
            if(end STREQUAL "/${name}")
              list(APPEND stubs ${stub})
            endif()
          endif()
        endforeach()
        _roi_generate_choose(${target} "${stubs}" stubs)
        list(APPEND first ${stubs})
      else()
        foreach(directory IN ITEMS ${folder} ${directories})
          if(EXISTS ${directory}/${name} AND NOT IS_DIRECTORY ${directory}/${name})
            cmake_path(SET path NORMALIZE ${directory}/${name})
            list(APPEND queue ${path})
            break()
          endif()
        endforeach()
      endif()
    endforeach()
  endwhile()
  list(REMOVE_DUPLICATES first)
  list(REMOVE_DUPLICATES second)
  set(${read} ${first} PARENT_SCOPE)
  set(${compiled} ${second} PARENT_SCOPE)
endfunction()

# Ends with the circle if `stub` is needed for itself; `way` leads to it.
function(_roi_generate_no_circle stub way)
  get_property(target GLOBAL PROPERTY ROI_GENERATED_FOR_${stub})
  if(stub IN_LIST way)
    set(names)
    foreach(each IN LISTS way ITEMS ${stub})
      cmake_path(GET each FILENAME name)
      list(APPEND names ${name})
    endforeach()
    list(JOIN names " -> " names)
    _roi_generate_fail("${target}" "the headers need each other's stubs (${names})"
      "Stubs of a header can be made only after those that it includes."
      "Include the stubs' header only where a class derives from a marked one, and declare the rest.")
  endif()
  get_property(done GLOBAL PROPERTY ROI_GENERATED_CHECKED_${stub})
  if(done)
    return()
  endif()
  get_property(needed GLOBAL PROPERTY ROI_GENERATED_NEEDS_${stub})
  foreach(next IN LISTS needed)
    _roi_generate_no_circle(${next} "${way};${stub}")
  endforeach()
  set_property(GLOBAL PROPERTY ROI_GENERATED_CHECKED_${stub} ON)
endfunction()

# Orders all rules once all are known, so that the order of calls does not matter.
function(_roi_generate_order)
  get_property(stubs GLOBAL PROPERTY ROI_GENERATED_STUBS)
  foreach(stub IN LISTS stubs)
    get_property(target GLOBAL PROPERTY ROI_GENERATED_FOR_${stub})
    get_property(header GLOBAL PROPERTY ROI_GENERATED_FROM_${stub})
    _roi_generate_needed(${target} ${header} needed compiled)
    foreach(each IN LISTS compiled)
      get_property(by GLOBAL PROPERTY ROI_GENERATED_BY_${each})
      add_dependencies(${target}_roi ${by})
      add_dependencies(${target} ${by})
    endforeach()
    set_property(GLOBAL PROPERTY ROI_GENERATED_BESIDE_${stub} ${compiled})
    list(REMOVE_ITEM needed ${stub})
    set_property(GLOBAL PROPERTY ROI_GENERATED_NEEDS_${stub} ${needed})
  endforeach()
  foreach(stub IN LISTS stubs)
    _roi_generate_no_circle(${stub} "")
  endforeach()
  foreach(stub IN LISTS stubs)
    get_property(rule GLOBAL PROPERTY ROI_GENERATED_BY_${stub})
    get_property(needed GLOBAL PROPERTY ROI_GENERATED_NEEDS_${stub})
    # A stub that is read includes those of its header's bases.
    foreach(each IN LISTS needed)
      get_property(further GLOBAL PROPERTY ROI_GENERATED_BESIDE_${each})
      list(APPEND needed ${further})
    endforeach()
    list(REMOVE_ITEM needed ${stub})
    list(REMOVE_DUPLICATES needed)
    foreach(each IN LISTS needed)
      get_property(by GLOBAL PROPERTY ROI_GENERATED_BY_${each})
      add_dependencies(${rule} ${by})
    endforeach()
  endforeach()
endfunction()

# The library that holds the stubs of a target; made by its first call.
function(_roi_generate_library target)
  set(library ${target}_roi)
  if(TARGET ${library})
    return()
  endif()
  if(DEFINED ROI_GENERATE_RUNTIME)
    set(runtime ${ROI_GENERATE_RUNTIME})  # for ROI's own parts below roi::runtime
  else()
    set(runtime roi::runtime)
  endif()
  add_library(${library} STATIC EXCLUDE_FROM_ALL)
  set_target_properties(${library} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(${library} PUBLIC ${runtime})
  # Compiled as the target is, so that both see the same classes; only its warnings stay its own.
  target_include_directories(${library} PRIVATE $<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>)
  target_compile_definitions(${library} PRIVATE $<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>)
  target_compile_options(${library} PRIVATE $<TARGET_PROPERTY:${target},COMPILE_OPTIONS> -w)
  target_compile_features(${library} PRIVATE $<TARGET_PROPERTY:${target},COMPILE_FEATURES>)
  foreach(property IN ITEMS CXX_STANDARD CXX_EXTENSIONS POSITION_INDEPENDENT_CODE)
    get_target_property(value ${target} ${property})
    if(NOT value MATCHES "NOTFOUND$")
      set_property(TARGET ${library} PROPERTY ${property} ${value})
    endif()
  endforeach()
  get_target_property(type ${target} TYPE)
  if(type MATCHES "^(SHARED|MODULE)_LIBRARY$")
    set_property(TARGET ${library} PROPERTY POSITION_INDEPENDENT_CODE ON)
  endif()
  if(type STREQUAL "EXECUTABLE" OR type STREQUAL "MODULE_LIBRARY")
    set(visibility PRIVATE)
  else()
    set(visibility PUBLIC)  # who links the library uses its stubs
  endif()
  if(type STREQUAL "STATIC_LIBRARY")
    # Servers need the class, and the class's sources are here: each of both may need the other.
    target_link_libraries(${library} PRIVATE ${target})
  endif()
  # Ahead of what the target links already: a server's stubs may need the class from there.
  get_target_property(linked ${target} LINK_LIBRARIES)
  if(NOT linked)
    set(linked)
  endif()
  target_link_libraries(${target} ${visibility} ${library} ${runtime})
  set_property(TARGET ${target} PROPERTY LINK_LIBRARIES ${library} ${linked} ${runtime})
  target_include_directories(${target} ${visibility} $<BUILD_INTERFACE:${CMAKE_CURRENT_BINARY_DIR}/${target}.roi>)
  target_include_directories(${library} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/${target}.roi)
  add_custom_target(${library}_generate)
  add_dependencies(${library} ${library}_generate)
  add_dependencies(${target} ${library}_generate)
endfunction()

function(roi_generate target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LOCK" "HEADERS")
  _roi_generate_check_target("${target}")
  if(arg_UNPARSED_ARGUMENTS)
    list(JOIN arg_UNPARSED_ARGUMENTS " " extra)
    _roi_generate_fail("${target}" "'${extra}' is not understood"
      "Only HEADERS and LOCK are known." "Write roi_generate(${target} HEADERS <header>... [LOCK <file>]).")
  endif()
  if("LOCK" IN_LIST arg_KEYWORDS_MISSING_VALUES)
    _roi_generate_fail("${target}" "LOCK has no value"
      "It names the file that keeps the wire numbers." "Write LOCK <header's name>.roi.lock.")
  endif()
  if(NOT arg_HEADERS)
    _roi_generate_fail("${target}" "no header is given"
      "Stubs are made from headers with marked classes."
      "Write roi_generate(${target} HEADERS <header>...).")
  endif()
  list(LENGTH arg_HEADERS count)
  if(arg_LOCK AND count GREATER 1)
    _roi_generate_fail("${target}" "LOCK is given with ${count} headers"
      "A lock file keeps the numbers of one header."
      "Call roi_generate once for each header, each with its own LOCK.")
  endif()
  if(NOT ROI_IDLC_EXECUTABLE AND NOT TARGET roi::idlc)
    _roi_generate_fail("${target}" "there is no idlc"
      "ROI was installed without its tools, or this is a cross build."
      "Set ROI_IDLC_EXECUTABLE to an idlc that runs on this machine.")
  endif()

  _roi_generate_library(${target})
  foreach(header IN LISTS arg_HEADERS)
    _roi_generate_header(${target} "${header}" "${arg_LOCK}")
  endforeach()
endfunction()

function(_roi_generate_header target header lock)
  set(library ${target}_roi)
  cmake_path(ABSOLUTE_PATH header NORMALIZE OUTPUT_VARIABLE input)
  get_source_file_property(generated ${input} GENERATED)
  if(NOT EXISTS ${input} AND NOT generated)
    _roi_generate_fail("${target}" "there is no header '${header}'"
      "Names are relative to the directory of this CMakeLists.txt."
      "Correct the name, or mark it GENERATED where another rule makes it.")
  endif()
  _roi_generate_place(${input} folder)
  set(root ${CMAKE_CURRENT_BINARY_DIR}/${target}.roi)
  cmake_path(APPEND root ${folder} OUTPUT_VARIABLE output)
  cmake_path(GET input STEM LAST_ONLY stem)

  get_property(made GLOBAL PROPERTY ROI_GENERATED_STUBS)
  if(${output}/${stem}.roi.hpp IN_LIST made)
    _roi_generate_fail("${target}" "the stubs of '${header}' are generated twice"
      "Two rules would write the same files."
      "Remove one of both, or rename one of two headers of the same name.")
  endif()
  if(NOT made)
    cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL _roi_generate_order)
  endif()
  set_property(GLOBAL APPEND PROPERTY ROI_GENERATED_STUBS ${output}/${stem}.roi.hpp)
  set_property(GLOBAL PROPERTY ROI_GENERATED_FOR_${output}/${stem}.roi.hpp ${target})
  set_property(GLOBAL PROPERTY ROI_GENERATED_FROM_${output}/${stem}.roi.hpp ${input})
  set_property(GLOBAL APPEND PROPERTY ROI_GENERATED_OF_${input} ${output}/${stem}.roi.hpp)

  # The stubs include the header by its name.
  cmake_path(GET input PARENT_PATH beside)
  set(folders $<BUILD_INTERFACE:${beside}>)
  # Stubs are included as their header is, from any of the folders above it.
  set(each ${output})
  while(NOT each STREQUAL root)
    list(APPEND folders $<BUILD_INTERFACE:${each}>)
    cmake_path(GET each PARENT_PATH each)
  endwhile()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE" OR type STREQUAL "MODULE_LIBRARY")
    target_include_directories(${target} PRIVATE ${folders})
  else()
    target_include_directories(${target} PUBLIC ${folders})
  endif()
  target_include_directories(${library} PRIVATE ${folders})
  # A header that no include directory leads to is found by its name; only "..." looks there.
  cmake_path(GET input PARENT_PATH beside)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-iquote${beside}>)
  target_compile_options(${library} PRIVATE -iquote${beside})

  if(ROI_IDLC_EXECUTABLE)
    set(idlc ${ROI_IDLC_EXECUTABLE})
    set(idlc_dependency ${ROI_IDLC_EXECUTABLE})
  else()
    set(idlc $<TARGET_FILE:roi::idlc>)
    set(idlc_dependency roi::idlc)
  endif()
  set(lock_arguments)
  set(lock_dependency)
  if(lock)
    cmake_path(ABSOLUTE_PATH lock NORMALIZE OUTPUT_VARIABLE lock_path)
    set(lock_arguments --lock ${lock_path})
    if(EXISTS ${lock_path})
      set(lock_dependency ${lock_path})
    endif()
  endif()
  set(features $<TARGET_PROPERTY:${library},COMPILE_FEATURES>)
  set(standard $<TARGET_PROPERTY:${library},CXX_STANDARD>)
  set(newer $<OR:$<IN_LIST:cxx_std_23,${features}>,$<AND:$<BOOL:${standard}>,$<VERSION_GREATER:0${standard},22>>>)
  set(includes $<TARGET_PROPERTY:${library},INCLUDE_DIRECTORIES>)
  set(definitions $<TARGET_PROPERTY:${library},COMPILE_DEFINITIONS>)
  set(outputs ${output}/${stem}.roi.hpp ${output}/${stem}.client.roi.cpp
              ${output}/${stem}.server.roi.cpp ${output}/${stem}.proto ${output}/${stem}.desc)
  # Equal outputs stay untouched, so that nothing is compiled again. Ninja knows that a rule may do
  # that; make would run the rule in every build from then on, so there a stamp is the rule's output.
  if(CMAKE_GENERATOR MATCHES "Ninja")
    set(results OUTPUT ${outputs})
    set(ends ${outputs})
    set(stamp)
  else()
    set(results OUTPUT ${output}/${stem}.stamp BYPRODUCTS ${outputs})
    set(ends ${output}/${stem}.stamp)
    set(stamp --stamp ${output}/${stem}.stamp)
  endif()
  add_custom_command(
    ${results}
    COMMAND ${idlc} ${input} -o ${output} --depfile ${output}/${stem}.d ${stamp} ${lock_arguments} --
            -std=c++$<IF:${newer},23,20>
            "$<$<BOOL:${includes}>:-I$<JOIN:${includes},;-I>>"
            "$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},;-D>>"
    DEPENDS ${input} ${lock_dependency} ${idlc_dependency}
    DEPFILE ${output}/${stem}.d
    COMMENT "idlc ${header}"
    VERBATIM COMMAND_EXPAND_LISTS)

  set(rule ${library}_${stem}_generate)
  string(MAKE_C_IDENTIFIER "${folder}" suffix)
  if(suffix)
    set(rule ${library}_${suffix}_${stem}_generate)
  endif()
  add_custom_target(${rule} DEPENDS ${ends})
  add_dependencies(${library}_generate ${rule})
  set_property(GLOBAL PROPERTY ROI_GENERATED_BY_${output}/${stem}.roi.hpp ${rule})
  target_sources(${library} PRIVATE ${output}/${stem}.client.roi.cpp ${output}/${stem}.server.roi.cpp)
endfunction()
