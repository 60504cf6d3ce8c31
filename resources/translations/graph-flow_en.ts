<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
    <context>
        <name>window</name>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>
{n} slices are held back to check new students</source>
            <translation>
                <numerusform>
{n} slice is held back to check new students</numerusform>
                <numerusform>
{n} slices are held back to check new students</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/import_dialog.py"/>
            <source>Add {n} scans</source>
            <translation>
                <numerusform>Add {n} scan</numerusform>
                <numerusform>Add {n} scans</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Compare {n} structures</source>
            <translation>
                <numerusform>Compare {n} structure</numerusform>
                <numerusform>Compare {n} structures</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/export_dialog.py"/>
            <source>Export {n} scans</source>
            <translation>
                <numerusform>Export {n} scan</numerusform>
                <numerusform>Export {n} scans</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/mask_dialog.py"/>
            <source>Take {n} structures</source>
            <translation>
                <numerusform>Take {n} structure</numerusform>
                <numerusform>Take {n} structures</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>learned from {n} scans</source>
            <translation>
                <numerusform>learned from {n} scan</numerusform>
                <numerusform>learned from {n} scans</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/texts.py"/>
            <source>learned from {slices} slices of {n} scans, {held} held back</source>
            <translation>
                <numerusform>learned from {slices} slices of {n} scan, {held} held back</numerusform>
                <numerusform>learned from {slices} slices of {n} scans, {held} held back</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/import_outcome.py"/>
            <source>the other {n} were</source>
            <translation>
                <numerusform>the other {n} was</numerusform>
                <numerusform>the other {n} were</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/panels/next_best.py"/>
            <source>{left} of {all} slices left</source>
            <translation>
                <numerusform>{left} of {all} slice left</numerusform>
                <numerusform>{left} of {all} slices left</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/panels/structure_dialog.py"/>
            <source>{name} ({n} structures)</source>
            <translation>
                <numerusform>{name} ({n} structure)</numerusform>
                <numerusform>{name} ({n} structures)</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/structure_commands.py"/>
            <source>{name} has {voxels} voxels in {scans} scans, {reviewed} of them reviewed.</source>
            <translation>
                <numerusform>{name} has {voxels} voxels in {scans} scan, {reviewed} of them reviewed.</numerusform>
                <numerusform>{name} has {voxels} voxels in {scans} scans, {reviewed} of them reviewed.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/structure_commands.py"/>
            <source>{name} is out of the list; {voxels} voxels in {scans} scans changed; {undo}.</source>
            <translation>
                <numerusform>{name} is out of the list; {voxels} voxels in {scans} scan changed; {undo}.</numerusform>
                <numerusform>{name} is out of the list; {voxels} voxels in {scans} scans changed; {undo}.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/import_dialog.py"/>
            <source>{n} cannot be added</source>
            <translation>
                <numerusform>{n} cannot be added</numerusform>
                <numerusform>{n} cannot be added</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>{n} files of these scans are in {folder} already.</source>
            <translation>
                <numerusform>{n} file of these scans is in {folder} already.</numerusform>
                <numerusform>{n} files of these scans are in {folder} already.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>{n} files written</source>
            <translation>
                <numerusform>{n} file written</numerusform>
                <numerusform>{n} files written</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/import_list.py"/>
            <source>{n} frames</source>
            <translation>
                <numerusform>{n} frame</numerusform>
                <numerusform>{n} frames</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/measure_commands.py"/>
            <source>{n} measurements copied.</source>
            <translation>
                <numerusform>{n} measurement copied.</numerusform>
                <numerusform>{n} measurements copied.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/measure_commands.py"/>
            <source>{n} measurements written to {file}.</source>
            <translation>
                <numerusform>{n} measurement written to {file}.</numerusform>
                <numerusform>{n} measurements written to {file}.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/panels/scan.py"/>
            <source>{n} of {of} slices</source>
            <translation>
                <numerusform>{n} of {of} slice</numerusform>
                <numerusform>{n} of {of} slices</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>{n} scans are exported</source>
            <translation>
                <numerusform>{n} scan is exported</numerusform>
                <numerusform>{n} scans are exported</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/commands.py"/>
            <source>{n} scans are predicted.</source>
            <translation>
                <numerusform>{n} scan is predicted.</numerusform>
                <numerusform>{n} scans are predicted.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/change_commands.py"/>
            <source>{n} scans changed.</source>
            <translation>
                <numerusform>{n} scan changed.</numerusform>
                <numerusform>{n} scans changed.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/import_dialog.py"/>
            <source>{n} scans found</source>
            <translation>
                <numerusform>{n} scan found</numerusform>
                <numerusform>{n} scans found</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/export_commands.py"/>
            <source>{n} scans left out</source>
            <translation>
                <numerusform>{n} scan left out</numerusform>
                <numerusform>{n} scans left out</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/panels/changes.py"/>
            <source>{n} scans wait to be predicted</source>
            <translation>
                <numerusform>{n} scan waits to be predicted</numerusform>
                <numerusform>{n} scans wait to be predicted</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/import_outcome.py"/>
            <source>{n} scans were not added</source>
            <translation>
                <numerusform>{n} scan was not added</numerusform>
                <numerusform>{n} scans were not added</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/mask_commands.py"/>
            <source>{slices} slices taken from {file}, {n} voxels changed.</source>
            <translation>
                <numerusform>{slices} slice taken from {file}, {n} voxels changed.</numerusform>
                <numerusform>{slices} slices taken from {file}, {n} voxels changed.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../../gf_desktop/gui/panels/worklist_model.py"/>
            <source>{title}
{reviewed} of {slices} slices reviewed</source>
            <translation>
                <numerusform>{title}
{reviewed} of {slices} slice reviewed</numerusform>
                <numerusform>{title}
{reviewed} of {slices} slices reviewed</numerusform>
            </translation>
        </message>
    </context>
</TS>
