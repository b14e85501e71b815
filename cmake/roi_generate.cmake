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
# they include has changed. Stubs go into a static library <target>_roi that <target> links: the
# linker takes from it only what is used, so a client needs nothing of the class's own sources.
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

# The stubs that a header includes, itself or through headers beside it: they are made first.
function(_roi_generate_needed header result)
  set(queue ${header})
  set(seen)
  set(needed)
  get_property(known GLOBAL PROPERTY ROI_GENERATED_STUBS)
  while(queue)
    list(POP_FRONT queue file)
    if(file IN_LIST seen OR NOT EXISTS ${file})
      continue()
    endif()
    list(APPEND seen ${file})
    file(STRINGS ${file} lines REGEX "^[ \t]*#[ \t]*include[ \t]*[\"<]")
    cmake_path(GET file PARENT_PATH folder)
    foreach(line IN LISTS lines)
      if(NOT line MATCHES "[\"<]([^\">]+)[\">]")
        continue()
      endif()
      set(name ${CMAKE_MATCH_1})
      if(name MATCHES "\\.roi\\.hpp$")
        foreach(stub IN LISTS known)
          string(FIND "${stub}" "/${name}" at REVERSE)
          string(LENGTH "${stub}" whole)
          string(LENGTH "/${name}" part)
          math(EXPR expected "${whole} - ${part}")
          if(at GREATER -1 AND at EQUAL expected)
            list(APPEND needed ${stub})
          endif()
        endforeach()
      else()
        list(APPEND queue ${folder}/${name})
      endif()
    endforeach()
  endwhile()
  set(${result} ${needed} PARENT_SCOPE)
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
  _roi_generate_needed(${input} needed)
  set_property(GLOBAL APPEND PROPERTY ROI_GENERATED_STUBS ${output}/${stem}.roi.hpp)

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
  if(lock)
    cmake_path(ABSOLUTE_PATH lock NORMALIZE OUTPUT_VARIABLE lock_path)
    set(lock_arguments --lock ${lock_path})
    if(EXISTS ${lock_path})
      list(APPEND needed ${lock_path})
    endif()
  endif()
  set(features $<TARGET_PROPERTY:${library},COMPILE_FEATURES>)
  set(standard $<TARGET_PROPERTY:${library},CXX_STANDARD>)
  set(newer $<OR:$<IN_LIST:cxx_std_23,${features}>,$<AND:$<BOOL:${standard}>,$<VERSION_GREATER:0${standard},22>>>)
  set(includes $<TARGET_PROPERTY:${library},INCLUDE_DIRECTORIES>)
  set(definitions $<TARGET_PROPERTY:${library},COMPILE_DEFINITIONS>)
  set(outputs ${output}/${stem}.roi.hpp ${output}/${stem}.client.roi.cpp
              ${output}/${stem}.server.roi.cpp ${output}/${stem}.proto ${output}/${stem}.desc)
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND ${idlc} ${input} -o ${output} --depfile ${output}/${stem}.d ${lock_arguments} --
            -std=c++$<IF:${newer},23,20>
            "$<$<BOOL:${includes}>:-I$<JOIN:${includes},;-I>>"
            "$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},;-D>>"
    DEPENDS ${input} ${needed} ${idlc_dependency}
    DEPFILE ${output}/${stem}.d
    COMMENT "idlc ${header}"
    VERBATIM COMMAND_EXPAND_LISTS)

  set(rule ${library}_${stem}_generate)
  string(MAKE_C_IDENTIFIER "${folder}" suffix)
  if(suffix)
    set(rule ${library}_${suffix}_${stem}_generate)
  endif()
  add_custom_target(${rule} DEPENDS ${outputs})
  add_dependencies(${library}_generate ${rule})
  set_property(GLOBAL PROPERTY ROI_GENERATED_BY_${output}/${stem}.roi.hpp ${rule})
  foreach(stub IN LISTS needed)
    get_property(by GLOBAL PROPERTY ROI_GENERATED_BY_${stub})
    if(by)
      add_dependencies(${rule} ${by})
    endif()
  endforeach()
  target_sources(${library} PRIVATE ${output}/${stem}.client.roi.cpp ${output}/${stem}.server.roi.cpp)
endfunction()
